package top.neuralbox.relay;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import top.neuralbox.CallContext;
import top.neuralbox.GenerationEvent;
import top.neuralbox.concurrent.BlockingGuard;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.ProcessThreads;
import top.neuralbox.transport.TransportProvider;

/**
 * A relay of one generation to a reader that must not have the key, most often a browser. It turns events into the bytes of an
 * event stream (wire contract, part A), for any server framework.
 *
 * <pre>{@code
 * StreamRelay relay = StreamRelay.of(neuralBox.publish(request));
 * try {
 *     StreamRelay.Head head = relay.head().join();
 *     response.setStatus(head.status());
 *     head.headers().forEach(response::setHeader);
 *     relay.writeTo(response.getOutputStream());
 * } finally {
 *     relay.cancel(); // if the reader has left; after the end it does nothing
 * }
 * }</pre>
 *
 * <p><b>Head first.</b> {@link #head} completes at the first event, or at a failure before it, so that a failure can still
 * choose the status. The body follows. For status 200 it is an event stream with the service's own events, each in one
 * buffer, and {@code [DONE]}. For any other status it is one JSON object {@code {"error", "message"}}, with {@code
 * retry_after} if that is known (part B, error answers). A failure after the head becomes an {@code error} event with {@code
 * code} and {@code message}.
 *
 * <p><b>Nothing for strangers.</b> A reader learns only a code and a fixed sentence of a failure, never the text of an
 * exception. Credits, balance, and events of types that this version does not know are left out by default.
 *
 * <p><b>No byte too many.</b> The body requests events when its reader requests buffers, at most 16 events ahead. Cancelling
 * its subscription, or {@link #cancel}, stops the generation. Call {@code cancel} as soon as the server sees that its reader
 * has left, and also if the server does not use the body after the head. If a reader stays but takes nothing, the generation
 * is cancelled after {@linkplain Builder#readerPatience five minutes}.
 *
 * <p>A relay can be used once. The first call of {@link #head}, {@link #writeTo} or the body's {@code subscribe} subscribes
 * to its publisher. Thread-safe. Signals of the body come on the publisher's thread, or on a callback thread if demand, a
 * timer or a cancel causes them. No lock is held meanwhile.
 *
 * @since 0.1.0
 */
public final class StreamRelay {

    /**
     * The head of the response to the reader.
     *
     * @param status 200 for an event stream; 429, 500, 502, 503 or 504 for a failure
     * @param headers the header fields to set, one value each: the content type, no caching, no buffering by proxies for an
     *     event stream, and {@code Retry-After} for a failure if the time is known; unmodifiable
     */
    public record Head(int status, Map<String, String> headers) {

        /** Copies the header fields. */
        public Head {
            headers = Map.copyOf(headers);
        }
    }

    private final RelayPipe pipe;

    private StreamRelay(Builder builder) {
        pipe = new RelayPipe(
                builder.events,
                new RelayEncoder(builder.billing, builder.unknownEvents),
                new RelayClock(builder.delayer, builder.keepAlive, builder.headWithin, builder.readerPatience),
                builder.carried().around(builder.callbacks));
    }

    /** A relay of these events with the defaults of {@link Builder}. */
    public static StreamRelay of(Flow.Publisher<GenerationEvent> events) {
        return builder(events).build();
    }

    /** A builder for a relay of these events with other settings. */
    public static Builder builder(Flow.Publisher<GenerationEvent> events) {
        return new Builder(events);
    }

    /**
     * Status and header fields, as soon as they are certain.
     *
     * @return a future that fails only if the relay is cancelled before, with a {@link CancellationException}. Cancelling the
     *     future does not stop the relay; {@link #cancel} does
     */
    public CompletableFuture<Head> head() {
        pipe.start();
        return pipe.head();
    }

    /**
     * The bytes of the body. Each event is one buffer, to be written at once. The first buffer comes after the head is
     * complete. Demand is counted in buffers; a buffer belongs to the receiver.
     *
     * <p>It has one subscriber; a second one gets {@code onError} with an {@link IllegalStateException}. It ends with
     * {@code onComplete}, even if the generation failed. It ends with {@code onError} in three cases: {@link #cancel} gives a
     * {@link CancellationException}, a reader that takes nothing for too long a {@link RelayStalledException}, and demand that
     * is not positive an {@link IllegalArgumentException}.
     */
    public Flow.Publisher<ByteBuffer> body() {
        return pipe;
    }

    /**
     * Writes the body to a stream, each event with one {@code write} and a {@code flush}, and waits for the end. The
     * stream is not closed. If writing fails, the generation is cancelled. On a thread that must not block, such as an event
     * loop, use {@link #body}.
     *
     * @throws IOException if the stream throws it, because the reader has left
     * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set
     * @throws CancellationException if {@link #cancel} is called meanwhile
     * @throws RelayStalledException if the reader took nothing for {@link Builder#readerPatience}
     * @throws IllegalStateException if the body has a subscriber already, or this thread must not block
     */
    public void writeTo(OutputStream target) throws IOException {
        Loops.GUARD.check("body");
        Objects.requireNonNull(target, "target");
        StreamPump pump = new StreamPump();
        pipe.subscribe(pump);
        pump.run(target);
    }

    /** Stops the generation, unless it is over, because the reader has left. Called from any thread. Idempotent. */
    public void cancel() {
        pipe.cancelWith(new CancellationException("the relay was cancelled"));
    }

    /** Builds one relay. Not thread-safe. */
    public static final class Builder {

        private final Flow.Publisher<GenerationEvent> events;
        private Duration keepAlive = Duration.ofSeconds(15);
        private @Nullable Duration headWithin;
        private Duration readerPatience = Duration.ofMinutes(5);
        private boolean billing;
        private boolean unknownEvents;
        private Delayer delayer = ProcessThreads.TIMER;
        private @Nullable CallContext context;
        private Executor callbacks = ProcessThreads.CALLBACKS;

        private Builder(Flow.Publisher<GenerationEvent> events) {
            this.events = Objects.requireNonNull(events, "events");
        }

        /**
         * Sets the time without an event after which a comment is written. Comments keep proxies from timing out while the
         * model thinks (HTML standard, section 9.2.7). Default: 15 s. Some servers notice only on a write that their reader
         * has left. With such a server, set a much shorter time: the second comment after the reader has left fails, and
         * this stops the generation early.
         *
         * @param keepAlive longer than zero
         */
        public Builder keepAlive(Duration keepAlive) {
            this.keepAlive = positive(keepAlive, "keepAlive");
            return this;
        }

        /**
         * Completes the head with status 200 after this time even if there is no event yet, for a proxy that does not wait for
         * a late head. Keep-alive comments follow. A later failure can no longer choose the status. Default: never.
         *
         * @param headWithin longer than zero
         */
        public Builder headWithin(Duration headWithin) {
            this.headWithin = positive(headWithin, "headWithin");
            return this;
        }

        /**
         * Sets the time after which the generation is cancelled if the reader takes nothing: it requests no buffer, does not
         * subscribe to the body after the head, or is blocked in a write. The body then ends with {@link
         * RelayStalledException}. Default: 5 min. A reader that waits for the next event is not affected.
         *
         * @param readerPatience longer than zero
         */
        public Builder readerPatience(Duration readerPatience) {
            this.readerPatience = positive(readerPatience, "readerPatience");
            return this;
        }

        /** Sets whether the reader sees the cost of the generation and the account's balance. Default: no. */
        public Builder billing(boolean billing) {
            this.billing = billing;
            return this;
        }

        /**
         * Sets whether events of types that this version does not know are relayed, word for word. Default: no, because their
         * content is unknown.
         */
        public Builder unknownEvents(boolean unknownEvents) {
            this.unknownEvents = unknownEvents;
            return this;
        }

        /**
         * Sets the context that is carried from the thread that builds the relay to the stages of its head, and to signals of
         * its body that no event causes. Default: none.
         */
        public Builder context(CallContext context) {
            this.context = Objects.requireNonNull(context, "context");
            return this;
        }

        /** Sets the clock and timer, for tests of this package. */
        Builder delayer(Delayer delayer) {
            this.delayer = delayer;
            return this;
        }

        /** Sets the executor of callbacks that may block, for tests of this package. */
        Builder callbacks(Executor callbacks) {
            this.callbacks = callbacks;
            return this;
        }

        private CarriedContext carried() {
            CallContext caller = context;
            return caller == null ? CarriedContext.NOTHING : CarriedContext.captured(() -> caller.capture()::restore);
        }

        /** Builds the relay. It does not subscribe to the events yet. */
        public StreamRelay build() {
            return new StreamRelay(this);
        }

        private static Duration positive(Duration value, String name) {
            if (value.isZero() || value.isNegative()) {
                throw new IllegalArgumentException(name + " must be longer than zero: " + value);
            }
            return value;
        }
    }

    /** The event loops of all installed engines, because a relay belongs to no client. Found on first use. */
    private static final class Loops {
        static final BlockingGuard GUARD = new BlockingGuard(TransportProvider.installedProviders().stream()
                .<Predicate<Thread>>map(provider -> provider::mustNotBlock)
                .toList());
    }
}
