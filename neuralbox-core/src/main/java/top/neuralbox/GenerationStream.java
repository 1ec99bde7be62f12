package top.neuralbox;

import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A generation that is read by waiting for it: the request was sent when this object was returned, and each event is
 * there as soon as it arrives. Use it in a try-with-resources statement; closing it before the end stops the generation.
 *
 * <p>One thread reads, once: either the events, or the pieces of text, or all at once. Reading blocks, and is refused with
 * an {@link IllegalStateException} on an event loop. {@link #cancel()} and {@link #close()} may come from any thread. A
 * thread that is interrupted while it waits cancels the generation; its interrupt flag stays set.
 *
 * <p>Every method that reads throws a {@link NeuralBoxException} if the generation does not complete, after it has handed
 * out what came before.
 *
 * @since 0.1.0
 */
public final class GenerationStream implements Iterable<GenerationEvent>, AutoCloseable {

    private static final Cleaner CLEANER = Cleaner.create();

    private final GenerationCall call;
    private final PullSink sink;
    private final KeptText text;
    private final BlockingGuard guard;
    private final Cleaner.Cleanable cleanable;
    private final AtomicBoolean read = new AtomicBoolean();

    GenerationStream(GenerationCall call, PullSink sink, KeptText text, BlockingGuard guard) {
        this.call = call;
        this.sink = sink;
        this.text = text;
        this.guard = guard;
        this.cleanable = CLEANER.register(this, new Abandoned(call));
    }

    /**
     * The events, each as soon as it arrives.
     *
     * @throws IllegalStateException if the stream is being read already, or this thread must not block
     */
    @Override
    public Iterator<GenerationEvent> iterator() {
        beginReading();
        return new EventIterator();
    }

    /**
     * The pieces of the answer, each as soon as it arrives. A surrogate pair may be cut between two pieces.
     *
     * @return pieces that can be iterated once; {@code iterator()} throws what {@link #iterator()} throws
     */
    public Iterable<String> textDeltas() {
        return () -> new TextIterator(iterator());
    }

    /**
     * Waits for the whole answer.
     *
     * @throws IllegalStateException if this thread must not block
     */
    public String text() {
        return result().text();
    }

    /**
     * Waits for the end and gives the result: text, cost and all. Also after the events were iterated, in whole or in part;
     * the text is then as whole as {@link Limits#keptText()} allows.
     *
     * @throws IllegalStateException if this thread must not block
     */
    public Generation result() {
        guard.check("generateAsync or publish");
        if (read.compareAndSet(false, true)) {
            text.unbounded();
        }
        while (next() != null) {
            // The call keeps what the result needs.
        }
        return call.generation();
    }

    /** Stops the generation, unless it has ended. The service may still charge it. Idempotent. */
    public void cancel() {
        call.cancel(GenerationCancelledException.Reason.CALLER);
    }

    /** The same as {@link #cancel()}. */
    @Override
    public void close() {
        cancel();
        cleanable.clean();
    }

    private void beginReading() {
        guard.check("publish");
        if (!read.compareAndSet(false, true)) {
            throw new IllegalStateException("a GenerationStream is read once; keep the events, or use result()");
        }
    }

    private @Nullable GenerationEvent next() {
        try {
            return sink.take(call);
        } catch (NeuralBoxException e) {
            throw CallSite.named(e);
        } finally {
            // Keeps this object from being taken for abandoned while its own method waits.
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    private final class EventIterator implements Iterator<GenerationEvent> {

        private @Nullable GenerationEvent next;
        private boolean ended;

        @Override
        public boolean hasNext() {
            if (next == null && !ended) {
                next = GenerationStream.this.next();
                ended = next == null;
            }
            return next != null;
        }

        @Override
        public GenerationEvent next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("the generation has ended");
            }
            GenerationEvent event = next;
            next = null;
            return event;
        }
    }

    private static final class TextIterator implements Iterator<String> {

        private final Iterator<GenerationEvent> events;
        private @Nullable String next;

        TextIterator(Iterator<GenerationEvent> events) {
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            while (next == null && events.hasNext()) {
                if (events.next() instanceof GenerationEvent.Delta delta) {
                    next = delta.text();
                }
            }
            return next != null;
        }

        @Override
        public String next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("the generation has ended");
            }
            String piece = next;
            next = null;
            return piece;
        }
    }

    /** Runs when a stream became unreachable, or was closed; holds the call, never the stream. */
    private record Abandoned(GenerationCall call) implements Runnable {

        @Override
        public void run() {
            if (!call.settled()) {
                Log.abandoned();
                call.cancel(GenerationCancelledException.Reason.ABANDONED);
            }
        }
    }
}
