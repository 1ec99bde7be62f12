package top.neuralbox;

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
import org.jspecify.annotations.Nullable;

/**
 * Hands one generation on to a reader that must not have the key, most often a browser: events in, the bytes of an
 * event stream out (wire contract, part A), whatever the server's framework is.
 *
 * <pre>{@code
 * StreamRelay relay = StreamRelay.of(neuralBox.publish(request));
 * StreamRelay.Head head = relay.head().join();
 * response.setStatus(head.status());
 * head.headers().forEach(response::setHeader);
 * relay.writeTo(response.getOutputStream());
 * }</pre>
 *
 * <p><b>Head first.</b> {@link #head} settles at the first event, or at a failure before it, so that a failure still
 * chooses the status. The body follows: of status 200 an event stream with the service's own events, each in one
 * buffer, and {@code [DONE]}; of any other status one JSON object {@code {"error", "message"}} (part B, error
 * answers). A failure after the head becomes an {@code error} event with {@code code} and {@code message}.
 *
 * <p><b>Nothing for strangers.</b> What a reader learns of a failure is a code and a fixed sentence, never what an
 * exception says. Credits and balance, and events of types that this version does not know, are left out unless asked
 * for.
 *
 * <p><b>No byte too many.</b> The body asks for an event when its reader wants a buffer, and reads at most 16 events
 * ahead. Cancelling its subscription, or {@link #cancel}, stops the generation: call it as soon as the server sees
 * its reader leave, and if the body is not asked for after the head. A reader that stays and takes nothing is given up
 * after {@linkplain Builder#readerPatience five minutes}.
 *
 * <p>A relay serves once. Its publisher is subscribed to by the first call of {@link #head}, {@link #writeTo} or of the
 * body's {@code subscribe}. Thread-safe. Signals come on the publisher's thread, on that of the timer for keep-alive
 * comments, or on the one that asks; no lock is held meanwhile.
 *
 * @since 0.1.0
 */
public final class StreamRelay {

    /**
     * What to answer before the body.
     *
     * @param status 200 for an event stream; 429, 500, 502, 503 or 504 for a failure
     * @param headers the header fields to set, one value each: the content type, no caching, no buffering by proxies,
     *     and {@code Retry-After} where the service gave it; unmodifiable
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
                CarriedContext.captured(builder.context).around(builder.callbacks));
    }

    /** A relay of these events with the defaults of {@link Builder}. */
    public static StreamRelay of(Flow.Publisher<GenerationEvent> events) {
        return builder(events).build();
    }

    /** A relay of these events with settings of your own. */
    public static Builder builder(Flow.Publisher<GenerationEvent> events) {
        return new Builder(events);
    }

    /**
     * Status and header fields, as soon as they are certain.
     *
     * @return a future that fails with a {@link CancellationException} if the relay is cancelled before, and else
     *     never; cancelling the future stops nothing, {@link #cancel} does
     */
    public CompletableFuture<Head> head() {
        pipe.start();
        return pipe.head();
    }

    /**
     * The bytes of the body, each event in a buffer of its own to be written at once. They begin when the head is
     * settled. Demand is counted in buffers; a buffer belongs to the receiver.
     *
     * <p>It has one subscriber; a second one gets {@code onError} with an {@link IllegalStateException}. It ends with
     * {@code onComplete}, also if the generation failed; only {@link #cancel} ends it with a {@link
     * CancellationException}, a reader that takes nothing for too long with a {@link RelayStalledException}, and demand that is not positive with an {@link IllegalArgumentException}.
     */
    public Flow.Publisher<ByteBuffer> body() {
        return pipe;
    }

    /**
     * Writes the body to a stream, each event by one {@code write} and a {@code flush}, and waits for it all. The
     * stream is not closed. If writing fails, the generation is cancelled. A thread that must not block, such as an
     * event loop, uses {@link #body}.
     *
     * @throws IOException if the stream throws it: the reader has left
     * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set
     * @throws CancellationException if {@link #cancel} is called meanwhile
     * @throws IllegalStateException if the body was asked for before, or this thread must not block
     */
    public void writeTo(OutputStream target) throws IOException {
        BlockingGuard.ofProcess().check("body");
        Objects.requireNonNull(target, "target");
        StreamPump pump = new StreamPump();
        pipe.subscribe(pump);
        pump.run(target);
    }

    /** Stops the generation, unless it is over: the reader has left. From any thread; idempotent. */
    public void cancel() {
        pipe.cancelWith(new CancellationException("the relay was cancelled"));
    }

    /** Collects the settings of one relay. Not thread-safe. */
    public static final class Builder {

        private final Flow.Publisher<GenerationEvent> events;
        private Duration keepAlive = Duration.ofSeconds(15);
        private @Nullable Duration headWithin;
        private Duration readerPatience = Duration.ofMinutes(5);
        private boolean billing;
        private boolean unknownEvents;
        private Delayer delayer = RelayClock.PROCESS;
        private @Nullable CallContext context;
        private Executor callbacks = CallbackThreads.PROCESS;

        private Builder(Flow.Publisher<GenerationEvent> events) {
            this.events = Objects.requireNonNull(events, "events");
        }

        /**
         * Sets after how long without an event a comment is written, which keeps proxies from giving up while the
         * model thinks (HTML standard, section 9.2.7). Default 15 s. A server that notices only by writing that its
         * reader has left needs much less to stop the generation early: the second comment fails.
         *
         * @param keepAlive longer than zero
         */
        public Builder keepAlive(Duration keepAlive) {
            this.keepAlive = positive(keepAlive, "keepAlive");
            return this;
        }

        /**
         * Settles the head with status 200 after this time even if there is no event yet, for a proxy that gives up
         * on a late head; keep-alive comments follow. A failure that comes later cannot choose the status any more.
         * Default: never.
         *
         * @param headWithin longer than zero
         */
        public Builder headWithin(Duration headWithin) {
            this.headWithin = positive(headWithin, "headWithin");
            return this;
        }

        /**
         * Sets after how long the generation is cancelled for a reader that takes nothing: that asks for no buffer, does not come
         * for the body after the head, or stands in a write. The body then ends with {@link RelayStalledException}. Default 5
         * min. A reader that waits for the next event is not meant.
         *
         * @param readerPatience longer than zero
         */
        public Builder readerPatience(Duration readerPatience) {
            this.readerPatience = positive(readerPatience, "readerPatience");
            return this;
        }

        /** Whether the reader sees what the generation cost and what is left on the account. Default no. */
        public Builder billing(boolean billing) {
            this.billing = billing;
            return this;
        }

        /**
         * Whether events of types that this version does not know are handed on, word for word. Default no, since
         * nobody can say what they hold.
         */
        public Builder unknownEvents(boolean unknownEvents) {
            this.unknownEvents = unknownEvents;
            return this;
        }

        /**
         * Sets what is carried from where the relay is built to the stages of its head, and to signals of its body that no event
         * brings. Default: nothing.
         */
        public Builder context(CallContext context) {
            this.context = Objects.requireNonNull(context, "context");
            return this;
        }

        /** Sets time, for tests of this package. */
        Builder delayer(Delayer delayer) {
            this.delayer = delayer;
            return this;
        }

        /** Sets where callbacks run that may block, for tests of this package. */
        Builder callbacks(Executor callbacks) {
            this.callbacks = callbacks;
            return this;
        }

        /** Makes the relay. Nothing is subscribed to. */
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
}
