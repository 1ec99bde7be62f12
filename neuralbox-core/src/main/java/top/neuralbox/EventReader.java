package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamLimitException;
import top.neuralbox.sse.EventStreamParser;

/**
 * Turns the chunks of one response body into events, one at a time, and remembers what they told of the generation. Not
 * thread-safe: the call drives it.
 */
final class EventReader implements EventStreamHandler {

    private static final ByteBuffer NO_CHUNK = ByteBuffer.allocate(0);

    private final EventStreamParser parser;
    private final EventDecoder decoder = new EventDecoder();
    private final long maxBytes;
    private final KeptText text;
    private final ListenerFence listener;
    private final ServiceError.Redaction redaction;
    private final Queue<GenerationEvent> answered = new ArrayDeque<>(0);

    private ByteBuffer chunk = NO_CHUNK;
    private long chunkNanos;
    private long bytes;
    private @Nullable GenerationEvent decoded;
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

    /** Takes the next chunk; the one before is used up. */
    void read(ByteBuffer next, long nanoTime) {
        chunk = next;
        chunkNanos = nanoTime;
        bytes += next.remaining();
        listener.received(next.remaining());
        if (bytes > maxBytes) {
            listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.LIMIT, "the stream is longer than " + maxBytes + " bytes", null, facts));
        }
    }

    /** Takes an answer that came in one piece of JSON as if it had been streamed; one without a text has no delta. */
    void answer(Answer answer, long nanoTime) {
        answered.add(new GenerationEvent.Start(answer.id(), answer.model(), answer.json()));
        if (answer.text() != null) {
            answered.add(new GenerationEvent.Delta(answer.text()));
        }
        answered.add(new GenerationEvent.End(answer.id(), answer.billing(), answer.json()));
        chunkNanos = nanoTime;
        done = true;
    }

    /** The next event, or null if the chunk is used up or nothing more counts. */
    @Nullable
    GenerationEvent next() {
        GenerationEvent ready = answered.poll();
        if (ready != null) {
            accept(ready, 0);
            return decoded();
        }
        try {
            while (!over() && chunk.hasRemaining()) {
                if (parser.parseNext(chunk, this) && decoded != null) {
                    return decoded();
                }
            }
        } catch (EventStreamLimitException e) {
            listener.decodeError(GenerationListener.DecodeError.OVERSIZE);
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.LIMIT, String.valueOf(e.getMessage()), e, facts));
        }
        return null;
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

    /** Reads what is left of a chunk for what it tells, without handing events out. */
    void absorb() {
        while (next() != null) {
            // What an event tells was noted when it was decoded.
        }
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
        EventDecoder.Signal signal;
        try {
            signal = decoder.decode(data, offset, length);
        } catch (MalformedEventException e) {
            // After generation_end nothing can make a completed generation fail; it only ends the reading.
            listener.decodeError(e.kind());
            fail(facts -> new StreamBrokenException(
                    StreamBrokenException.Kind.MALFORMED, "an event is malformed: " + e.getMessage(), e, facts));
            return;
        }
        switch (signal) {
            case EVENT -> accept(decoder.event(), length);
            case DONE -> done = true;
            case ERROR -> serviceError(decoder.error());
            case KEEP_ALIVE -> {
                // Passed over, as the wire contract says.
            }
        }
    }

    private @Nullable GenerationEvent decoded() {
        GenerationEvent event = decoded;
        decoded = null;
        return event;
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
        decoded = event;
    }

    private void serviceError(ServiceError error) {
        anyEvent = true;
        ServiceError safe = error.redacted(redaction);
        fail(facts -> ServiceFailures.midStream(safe, facts));
    }

    private void fail(Failure reason) {
        if (failure == null) {
            failure = reason;
        }
    }
}
