package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.json.MalformedJsonException;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamLimitException;
import top.neuralbox.sse.EventStreamParser;

/**
 * Decodes the chunks of one response body into events, passes them to a taker from within the parser, and keeps the facts
 * of the generation: id, model, text and bill. Not thread-safe: the call drives it.
 */
final class EventReader implements EventStreamHandler {

    /** Takes events as they are decoded. */
    @FunctionalInterface
    interface Taker {

        /**
         * Takes the next event; throws nothing.
         *
         * @return whether it takes a further event now
         */
        boolean take(GenerationEvent event);
    }

    /** The queue of a response that is a stream. It stays empty. */
    private static final Queue<GenerationEvent> NOT_ANSWERED = new ArrayDeque<>(0);

    /** How much is kept of a body without events. More than the excerpt shows, so that a key in it is not cut in two. */
    private static final int BEGINNING_BYTES = 4 * 1024;

    private static final byte[] NOTHING = {};

    /** A taker that ignores the events, when only the facts in them count. */
    private static final Taker NOBODY = event -> true;

    private final EventStreamParser parser;
    private final EventDecoder decoder = new EventDecoder();
    private final long maxBytes;
    private final KeptText text;
    private final ListenerFence listener;
    private final Redaction redaction;
    private Queue<GenerationEvent> answered = NOT_ANSWERED;

    /** The chunk that the taker has not used up yet. */
    private @Nullable ByteBuffer rest;

    private byte[] beginning = NOTHING;
    private int keptBytes;
    private long chunkNanos;
    private long bytes;

    /** The chunk at hand goes beyond the limit, where it was cut off. */
    private boolean tooLong;

    private Taker taker = NOBODY;
    private boolean wantsMore;
    private boolean anyEvent;
    private boolean started;
    // A drain reads these two from its own thread.
    private volatile @Nullable String id;
    private volatile @Nullable String model;
    private @Nullable Billing billing;
    private boolean done;
    private @Nullable Failure failure;
    private boolean serviceFailed;

    EventReader(Limits limits, KeptText text, ListenerFence listener, Redaction redaction) {
        this.parser = new EventStreamParser(limits.lineBytes(), limits.eventBytes());
        this.maxBytes = limits.streamBytes();
        this.text = text;
        this.listener = listener;
        this.redaction = redaction;
    }

    /**
     * Reads the next chunk. The previous one must be used up.
     *
     * @return as {@link #handOn()}
     */
    boolean read(ByteBuffer chunk, long nanoTime) {
        chunkNanos = nanoTime;
        long left = maxBytes - bytes;
        bytes += chunk.remaining();
        listener.received(chunk.remaining());
        if (chunk.remaining() > left) {
            // What lies within the limit counts, however the stream was cut into chunks.
            tooLong = true;
            chunk.limit(chunk.position() + (int) Math.max(left, 0));
        }
        wantsMore = true;
        int begin = chunk.position();
        parse(chunk);
        if (!anyEvent && keptBytes < BEGINNING_BYTES) {
            keep(chunk, begin);
        }
        if (!wantsMore) {
            // Kept only if something may be left of it: a reference costs the collector, as EventDecoder.decode
            // explains.
            rest = chunk;
        }
        return wantsMore;
    }

    /** Turns an answer in one piece of JSON into the events of a stream. An answer without a text has no delta. */
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
     * Passes the remaining events of the last chunk to the taker.
     *
     * @return whether the taker wants more: then the chunk is used up, or the rest of the body does not count
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

    /** Whether events of the last chunk or answer may be left. */
    boolean hasRest() {
        return rest != null || !answered.isEmpty();
    }

    /** An excerpt of a body without any event; empty if there is nothing to show, or if the body is a cut stream. */
    String beginning() {
        return anyEvent ? "" : Excerpt.ofNoStream(beginning, keptBytes, redaction);
    }

    /** Keeps the beginning of the body. Nearly every stream has an event in its first chunk, and so keeps nothing. */
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
            if (tooLong && wantsMore && !over()) {
                limitReached();
            }
        } catch (EventStreamLimitException e) {
            listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.LIMIT, String.valueOf(e.getMessage()), e, facts));
        }
    }

    private void limitReached() {
        listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
        fail(facts -> new StreamBrokenException(
                StreamBrokenException.Kind.LIMIT, "the stream is longer than " + maxBytes + " bytes", null, facts));
    }

    /** Whether the rest of the body does not count: {@code [DONE]} came, or the stream has an error. */
    boolean over() {
        return done || failure != null;
    }

    /** Whether {@code [DONE]} came. */
    boolean done() {
        return done;
    }

    /** The stream's error; null if there is none. */
    @Nullable
    Failure failure() {
        return failure;
    }

    /** Whether {@link #failure} is an error that the service reported. */
    boolean serviceFailed() {
        return serviceFailed;
    }

    /** Id and model, without the text. Called from any thread. */
    PartialGeneration named() {
        return new PartialGeneration(id, model, "", true, null);
    }

    /** Whether {@code generation_end} came. The generation is then complete, whatever follows. */
    boolean completed() {
        return billing != null;
    }

    /** Whether any event came at all. */
    boolean anyEvent() {
        return anyEvent;
    }

    /** Sets the taker of the events. Without one, events are ignored. */
    void handTo(Taker receiver) {
        taker = receiver;
    }

    /** Reads the remaining events and all later ones for their facts, without passing them to the taker. */
    void absorb() {
        taker = NOBODY;
        handOn();
    }

    PartialGeneration partial() {
        return new PartialGeneration(id, model, text.toString(), text.truncated(), billing);
    }

    /** The generation's id; null if none came. */
    @Nullable
    String id() {
        return id;
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
        } catch (MalformedJsonException e) {
            // After generation_end an error cannot make the generation fail; it only ends the reading.
            boolean noJson = !(e instanceof MalformedEventException);
            listener.decodeError(noJson ? GenerationListener.DecodeError.JSON : GenerationListener.DecodeError.SCHEMA);
            String beginning = noJson ? Excerpt.ofNoJson(Utf8.text(data, offset, offset + length), redaction) : "";
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
                // Ignored, as the wire contract says.
            }
        }
    }

    /** The event without a secret that the service may have echoed. It is removed here, before any code can print it. */
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
            listener.begun(id, model);
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
        serviceFailed = failure == null;
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
