package top.neuralbox;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the data of one event after the other into the events of a generation (wire contract, part A). One a stream, not
 * thread-safe. A usual delta costs its String and its event object, nothing more.
 */
final class EventDecoder {

    /** What the data of an event means. */
    enum Signal {
        /** {@link EventDecoder#event()} has it. */
        EVENT,
        /** The data is empty or white space. */
        KEEP_ALIVE,
        /** {@code [DONE]}: nothing after it counts. */
        DONE,
        /** {@link EventDecoder#error()} has it. */
        ERROR
    }

    private static final String CONTENT_DELTA = "content_delta";
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    /** After so many usual deltas in a row the parser's buffers, some 10 KiB, are given back, as after any single event. */
    private static final int USUAL_RUN = 16;

    private final @Nullable UsualDelta usualDelta;
    private final JsonObjectReader reader = new JsonObjectReader();
    private int usualInRow;
    private @Nullable GenerationEvent event;
    private @Nullable ServiceError error;

    EventDecoder() {
        this(new UsualDelta());
    }

    private EventDecoder(@Nullable UsualDelta usualDelta) {
        this.usualDelta = usualDelta;
    }

    /** A decoder that reads every event through the JSON parser, to compare the two ways. */
    static EventDecoder withoutFastPath() {
        return new EventDecoder(null);
    }

    /**
     * Decodes the data of one event. After a failure the decoder can go on with the next one.
     *
     * @throws MalformedEventException if the data is neither empty nor {@code [DONE]} nor a JSON object with a type, or if
     *     it is a delta without text
     */
    Signal decode(byte[] data, int offset, int length) throws MalformedEventException {
        event = null;
        error = null;
        if (usualDelta != null) {
            String text = usualDelta.text(data, offset, length);
            if (text != null) {
                event = new GenerationEvent.Delta(text);
                giveBackUnusedParser();
                return Signal.EVENT;
            }
        }
        usualInRow = 0;
        return decodeOther(data, offset, offset + length);
    }

    /** The event that was decoded last. */
    GenerationEvent event() {
        GenerationEvent last = event;
        if (last == null) {
            throw new IllegalStateException("the last signal was not EVENT");
        }
        return last;
    }

    /** The error that was decoded last. */
    ServiceError error() {
        ServiceError last = error;
        if (last == null) {
            throw new IllegalStateException("the last signal was not ERROR");
        }
        return last;
    }

    /** Whether the JSON parser's buffers are kept: most of what a stream that rests would hold. */
    boolean holdsParser() {
        return reader.holdsParser();
    }

    private void giveBackUnusedParser() {
        if (++usualInRow == USUAL_RUN) {
            reader.close();
        }
    }

    private Signal decodeOther(byte[] data, int from, int to) throws MalformedEventException {
        int begin = from;
        int end = to;
        while (begin < end && JsonObjectReader.isSpace(data[begin])) {
            begin++;
        }
        while (begin < end && JsonObjectReader.isSpace(data[end - 1])) {
            end--;
        }
        if (begin == end) {
            return Signal.KEEP_ALIVE;
        }
        if (Arrays.equals(data, begin, end, DONE, 0, DONE.length)) {
            reader.close();
            return Signal.DONE;
        }
        return decodeObject(data, from, to);
    }

    /** Reads the type first and then, for the few events that have more than a text, their fields in a second reading. */
    private Signal decodeObject(byte[] data, int from, int to) throws MalformedEventException {
        String type = null;
        String delta = null;
        reader.open(data, from, to);
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            switch (name) {
                case "type" -> type = reader.text(CONTENT_DELTA);
                case "delta" -> delta = reader.text();
                default -> {}
            }
        }
        if (type == null) {
            throw MalformedEventException.schema("a JSON object without a type that is a string");
        }
        switch (type) {
            case CONTENT_DELTA -> event = delta(delta);
            case "generation_start" -> event = start(data, from, to);
            case "generation_end" -> event = end(data, from, to);
            case "error" -> {
                error = error(data, from, to);
                return Signal.ERROR;
            }
            default -> event = new GenerationEvent.Unknown(type, Utf8.text(data, from, to));
        }
        return Signal.EVENT;
    }

    private static GenerationEvent delta(@Nullable String text) throws MalformedEventException {
        if (text == null) {
            throw MalformedEventException.schema("a content_delta without a delta that is a string");
        }
        return new GenerationEvent.Delta(text);
    }

    private GenerationEvent start(byte[] data, int from, int to) throws MalformedEventException {
        String id = null;
        String model = null;
        String slug = null;
        reader.open(data, from, to);
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            switch (name) {
                case "id" -> id = reader.textOrDigits();
                case "model" -> model = reader.text();
                case "model_slug" -> slug = reader.text();
                default -> {}
            }
        }
        reader.close();
        return new GenerationEvent.Start(id, model != null ? model : slug, Utf8.text(data, from, to));
    }

    private GenerationEvent end(byte[] data, int from, int to) throws MalformedEventException {
        String id = null;
        BigDecimal used = null;
        BigDecimal spent = null;
        BigDecimal balance = null;
        reader.open(data, from, to);
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            switch (name) {
                case "id" -> id = reader.textOrDigits();
                case "tokens_used" -> used = reader.number();
                case "tokens_spent" -> spent = reader.number();
                case "balance_remaining" -> balance = reader.number();
                default -> {}
            }
        }
        reader.close();
        return new GenerationEvent.End(id, Billing.of(used != null ? used : spent, balance), Utf8.text(data, from, to));
    }

    private ServiceError error(byte[] data, int from, int to) throws MalformedEventException {
        ErrorFields fields = new ErrorFields();
        reader.open(data, from, to);
        fields.read(reader);
        reader.close();
        return fields.ofEvent(Utf8.text(data, from, to));
    }
}
