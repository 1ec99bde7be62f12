package top.neuralbox;

import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.BlockingGuard;

/**
 * A generation that is read with blocking calls. The client starts the request before it returns this object, and each event
 * can be read as soon as it arrives. Use it in a try-with-resources statement; closing it before the end stops the generation.
 *
 * <p>One thread reads the stream, once: as events, as pieces of text, or as the whole result. Reading blocks, and fails on an
 * event loop with an {@link IllegalStateException}. Any thread may call {@link #cancel()} and {@link #close()}. If a thread is
 * interrupted while it waits, the generation is cancelled; the thread's interrupt flag stays set.
 *
 * <p>If the generation does not complete, every method that reads throws a {@link NeuralBoxException}. Events that arrived
 * before the failure are delivered first. After a cancellation, or if {@link Timeouts#total()} ran out, some or all of them are
 * not; {@link NeuralBoxException#partial()} has their text.
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
     * @throws IllegalStateException if reading has begun before, also with {@link #text()} or {@link #result()}, or if this thread
     *     must not block
     */
    @Override
    public Iterator<GenerationEvent> iterator() {
        beginReading();
        return new EventIterator();
    }

    /**
     * The pieces of the answer, each as soon as it arrives. Two pieces may split a surrogate pair.
     *
     * @return pieces that can be iterated once; their {@code iterator()} throws the same as {@link #iterator()}
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
     * Waits for the end and returns the result, with text and cost. It may also be called after some or all events were
     * iterated; the text is then kept up to {@link Limits#keptText()}.
     *
     * @throws IllegalStateException if this thread must not block
     */
    public Generation result() {
        guard.check("generateAsync or publish");
        if (read.compareAndSet(false, true)) {
            text.unbounded();
        }
        while (await()) {
            // The call keeps what the result needs.
            sink.take();
        }
        return call.generation();
    }

    /**
     * The header fields of the response, for example a gateway's own id of the request. Empty before the response head has
     * arrived; complete from the first event on. Any thread may call this at any time. It does not block.
     */
    public ResponseHeaders responseHeaders() {
        return call.responseHeaders();
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

    private boolean await() {
        try {
            return sink.await(call);
        } catch (NeuralBoxException e) {
            throw named(e);
        } finally {
            // Keeps this object reachable while its own method waits, so that it does not count as abandoned.
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    private static NeuralBoxException named(NeuralBoxException failure) {
        try {
            return CallSite.named(failure);
        } catch (OutOfMemoryError full) {
            // There was no memory to load the class. The failure is worth more than the line.
            return failure;
        }
    }

    private final class EventIterator implements Iterator<GenerationEvent> {

        /** Whether the next event is there. The sink keeps it: a reference to it from here would cost the collector. */
        private boolean there;

        private boolean ended;

        @Override
        public boolean hasNext() {
            if ((!there || sink.isEmpty()) && !ended) {
                there = await();
                ended = !there;
            }
            return there;
        }

        @Override
        public GenerationEvent next() {
            GenerationEvent event = hasNext() ? sink.take() : null;
            if (event == null) {
                throw new NoSuchElementException("the generation has ended");
            }
            there = false;
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

    /** The cleaning action, which runs when a stream is closed or unreachable. It must not refer to the stream. */
    private record Abandoned(GenerationCall call) implements Runnable {

        @Override
        public void run() {
            if (!call.settled()) {
                call.abandoned();
            }
        }
    }
}
