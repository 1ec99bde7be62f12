package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamLimitException;
import top.neuralbox.sse.EventStreamParser;

/**
 * Turns the chunks of one response body into events, hands them to a taker without leaving the parser between them, and
 * remembers what they told of the generation. Not thread-safe: the call drives it.
 */
final class EventReader implements EventStreamHandler {

    /** Takes events as they are decoded. */
    @FunctionalInterface
    interface Taker {

        /**
         * Takes the next event; throws nothing.
         *
         * @return whether it takes a further one now
         */
        boolean take(GenerationEvent event);
    }

    /** Of a stream; never added to. */
    private static final Queue<GenerationEvent> NOT_ANSWERED = new ArrayDeque<>(0);

    /** So much of a body is looked at that has no event; more than is shown of it, so that a key is not cut in two. */
    private static final int BEGINNING_BYTES = 4 * 1024;

    private static final byte[] NOTHING = {};

    /** For who wants to know only what the events tell. */
    private static final Taker NOBODY = event -> true;

    private final EventStreamParser parser;
    private final EventDecoder decoder = new EventDecoder();
    private final long maxBytes;
    private final KeptText text;
    private final ListenerFence listener;
    private final ServiceError.Redaction redaction;
    private Queue<GenerationEvent> answered = NOT_ANSWERED;

    /** What the taker did not want yet. */
    private @Nullable ByteBuffer rest;

    private byte[] beginning = NOTHING;
    private int keptBytes;
    private long chunkNanos;
    private long bytes;
    private Taker taker = NOBODY;
    private boolean wantsMore;
    private boolean anyEvent;
    private boolean started;
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable Billing billing;
    private boolean done;
    private @Nullable Failure failure;

    EventReader(Limits limits, KeptText text, ListenerFence listener, ServiceError.Redaction redaction) {
        this.parser = new EventStreamParser(limits.lineBytes(), limits.eventBytes());
        this.maxBytes = limits.streamBytes();
        this.text = text;
        this.listener = listener;
        this.redaction = redaction;
    }

    /**
     * Reads the next chunk; the one before is used up.
     *
     * @return as {@link #handOn()}
     */
    boolean read(ByteBuffer chunk, long nanoTime) {
        chunkNanos = nanoTime;
        bytes += chunk.remaining();
        listener.received(chunk.remaining());
        if (bytes > maxBytes) {
            listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.LIMIT, "the stream is longer than " + maxBytes + " bytes", null, facts));
        }
        wantsMore = true;
        int begin = chunk.position();
        parse(chunk);
        if (!anyEvent && keptBytes < BEGINNING_BYTES) {
            keep(chunk, begin);
        }
        if (!wantsMore) {
            // Kept only if something may be left of it, for the reason that EventDecoder has not to keep an event.
            rest = chunk;
        }
        return wantsMore;
    }

    /** Takes an answer that came in one piece of JSON as if it had been streamed; one without a text has no delta. */
    void answer(Answer answer, long nanoTime) {
        answered = new ArrayDeque<>();
        answered.add(new GenerationEvent.Start(answer.id(), answer.model(), answer.json()));
        if (answer.text() != null) {
            answered.add(new GenerationEvent.Delta(answer.text()));
        }
        answered.add(new GenerationEvent.End(answer.id(), answer.bill(), answer.json()));
        chunkNanos = nanoTime;
        done = true;
    }

    /**
     * Goes on with what is left.
     *
     * @return whether the taker wants more: then the chunk is used up, or nothing more counts
     */
    boolean handOn() {
        wantsMore = true;
        while (wantsMore && !answered.isEmpty()) {
            accept(answered.remove(), 0);
        }
        if (wantsMore && rest != null) {
            parse(rest);
        }
        if (wantsMore) {
            rest = null;
        }
        return wantsMore;
    }

    /** Whether something may be left of what was read. */
    boolean hasRest() {
        return rest != null || !answered.isEmpty();
    }

    /** What a body without any event has to say for itself; empty if that is nothing, or if it is a stream that was cut. */
    String beginning() {
        return anyEvent ? "" : Excerpt.ofNoStream(beginning, keptBytes, redaction);
    }

    /** Nearly every stream has an event in its first chunk, and so keeps nothing. */
    private void keep(ByteBuffer chunk, int begin) {
        int end = Math.min(chunk.limit(), begin + BEGINNING_BYTES - keptBytes);
        if (beginning.length < keptBytes + end - begin) {
            beginning = Arrays.copyOf(beginning, Math.min(BEGINNING_BYTES, 2 * (keptBytes + end - begin)));
        }
        for (int i = begin; i < end; i++) {
            beginning[keptBytes++] = chunk.get(i);
        }
    }

    private void parse(ByteBuffer chunk) {
        try {
            if (!over()) {
                parser.parse(chunk, this);
            }
        } catch (EventStreamLimitException e) {
            listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.LIMIT, String.valueOf(e.getMessage()), e, facts));
        }
    }

    /** Whether nothing more of the body counts: {@code [DONE]} came, or the stream is at fault. */
    boolean over() {
        return done || failure != null;
    }

    /** Whether {@code [DONE]} came. */
    boolean done() {
        return done;
    }

    /** What is wrong with the stream; null if nothing is. */
    @Nullable
    Failure failure() {
        return failure;
    }

    /** Whether {@code generation_end} came: the generation is complete whatever follows. */
    boolean completed() {
        return billing != null;
    }

    /** Whether any event came at all. */
    boolean anyEvent() {
        return anyEvent;
    }

    /** Says who takes the events; nobody from the beginning. */
    void handTo(Taker receiver) {
        taker = receiver;
    }

    /** Reads what is left, and whatever is still to come, for what it tells, without handing events out. */
    void absorb() {
        taker = NOBODY;
        handOn();
    }

    PartialGeneration partial() {
        return new PartialGeneration(id, model, text.toString(), text.truncated(), billing);
    }

    @Nullable
    Billing billing() {
        return billing;
    }

    @Override
    public void event(String type, byte[] data, int offset, int length, String lastEventId) {
        GenerationEvent event;
        try {
            event = decoder.decode(data, offset, length);
        } catch (MalformedEventException e) {
            // After generation_end nothing can make a completed generation fail; it only ends the reading.
            listener.decodeError(e.kind());
            String beginning = e.kind() == GenerationListener.DecodeError.JSON
                    ? Excerpt.ofNoJson(Utf8.text(data, offset, offset + length), redaction)
                    : "";
            String message = "an event is malformed: " + e.getMessage()
                    + (beginning.isEmpty() ? "" : ". It begins: " + beginning);
            fail(facts -> new StreamBrokenException(StreamBrokenException.Kind.MALFORMED, message, e, facts));
            return;
        }
        if (event != null) {
            accept(event instanceof GenerationEvent.Delta ? event : redacted(event), length);
            return;
        }
        switch (decoder.signal()) {
            case DONE -> done = true;
            case ERROR -> serviceError(decoder.error(), decoder.errorDocumented());
            case KEEP_ALIVE -> {
                // Passed over, as the wire contract says.
            }
        }
    }

    /** The event without a secret that the service may have echoed: here it enters, and whoever sees it may show it. */
    private GenerationEvent redacted(GenerationEvent event) {
        if (event instanceof GenerationEvent.Start start) {
            return new GenerationEvent.Start(
                    redaction.ofName(start.id()), redaction.ofName(start.model()), redaction.ofText(start.json()));
        }
        if (event instanceof GenerationEvent.End end) {
            return new GenerationEvent.End(redaction.ofName(end.id()), end.billing(), redaction.ofText(end.json()));
        }
        if (event instanceof GenerationEvent.Unknown unknown) {
            return new GenerationEvent.Unknown(
                    String.valueOf(redaction.ofName(unknown.type())), redaction.ofText(unknown.json()));
        }
        return event;
    }

    @Override
    public boolean wantsMore() {
        return wantsMore && !over();
    }

    private void accept(GenerationEvent event, int length) {
        anyEvent = true;
        if (completed()) {
            return;
        }
        if (event instanceof GenerationEvent.Delta delta) {
            text.append(delta.text());
            listener.delta(delta.text().length(), length, chunkNanos);
        } else if (event instanceof GenerationEvent.Start start) {
            if (started) {
                return;
            }
            started = true;
            id = start.id();
            model = start.model();
        } else if (event instanceof GenerationEvent.End end) {
            billing = end.billing();
            id = id == null ? end.id() : id;
        } else {
            listener.unknownEvent();
        }
        wantsMore = taker.take(event);
    }

    private void serviceError(ServiceError error, boolean documented) {
        anyEvent = true;
        ServiceError safe = error.redacted(redaction);
        fail(
                documented
                        ? facts -> ServiceFailures.midStream(safe, facts)
                        : facts -> ServiceFailures.midStreamUndocumented(safe, facts));
    }

    private void fail(Failure reason) {
        if (failure == null) {
            failure = reason;
        }
    }
}
