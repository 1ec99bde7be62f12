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

    /** What data means that is no event of the generation. */
    enum Signal {
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
    private Signal signal = Signal.KEEP_ALIVE;
    private @Nullable ServiceError error;
    private boolean errorDocumented;

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
     * @return the event, which is not kept here: a reference from what lives long costs the collector more than a delta
     *     takes to decode. If it is none, null, and {@link #signal()} says what it is.
     * @throws MalformedEventException if the data is neither empty nor {@code [DONE]} nor a JSON object with a type, or with
     *     an error in place of one, or if it is a delta without text
     */
    @Nullable
    GenerationEvent decode(byte[] data, int offset, int length) throws MalformedEventException {
        if (usualDelta != null) {
            String text = usualDelta.text(data, offset, length);
            if (text != null) {
                giveBackUnusedParser();
                return new GenerationEvent.Delta(text);
            }
        }
        usualInRow = 0;
        return decodeOther(data, offset, offset + length);
    }

    /** What the data was that made no event. */
    Signal signal() {
        return signal;
    }

    /** The error, if that is the signal. */
    ServiceError error() {
        ServiceError last = error;
        if (last == null) {
            throw new IllegalStateException("the last signal was not ERROR");
        }
        return last;
    }

    /**
     * Whether that error is an event of the type {@code error}, of which the service documents what it costs. Gateways write an
     * error of theirs without any type.
     */
    boolean errorDocumented() {
        return errorDocumented;
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

    private @Nullable GenerationEvent decodeOther(byte[] data, int from, int to) throws MalformedEventException {
        int begin = from;
        int end = to;
        while (begin < end && JsonObjectReader.isSpace(data[begin])) {
            begin++;
        }
        while (begin < end && JsonObjectReader.isSpace(data[end - 1])) {
            end--;
        }
        if (begin == end) {
            signal = Signal.KEEP_ALIVE;
            return null;
        }
        if (Arrays.equals(data, begin, end, DONE, 0, DONE.length)) {
            reader.close();
            signal = Signal.DONE;
            return null;
        }
        return decodeObject(data, from, to);
    }

    /** Reads the type first and then, for the few events that have more than a text, their fields in a second reading. */
    private @Nullable GenerationEvent decodeObject(byte[] data, int from, int to) throws MalformedEventException {
        String type = null;
        String delta = null;
        boolean typed = false;
        boolean failed = false;
        reader.open(data, from, to);
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            switch (name) {
                case "type" -> {
                    typed = true;
                    type = reader.text(CONTENT_DELTA);
                }
                case "delta" -> delta = reader.text();
                case "error" -> failed = reader.isTextOrObject();
                default -> {}
            }
        }
        if (!typed && failed) {
            return error(data, from, to, false);
        }
        if (type == null) {
            throw MalformedEventException.schema("a JSON object without a type that is a string");
        }
        return switch (type) {
            case CONTENT_DELTA -> delta(delta);
            case "generation_start" -> start(data, from, to);
            case "generation_end" -> end(data, from, to);
            case "error" -> error(data, from, to, true);
            default -> new GenerationEvent.Unknown(type, Utf8.text(data, from, to));
        };
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

    private @Nullable GenerationEvent error(byte[] data, int from, int to, boolean documented)
            throws MalformedEventException {
        ErrorFields fields = new ErrorFields();
        reader.open(data, from, to);
        fields.read(reader);
        reader.close();
        String json = Utf8.text(data, from, to);
        error = documented ? fields.ofEvent(json) : fields.ofAnyObject(json);
        errorDocumented = documented;
        signal = Signal.ERROR;
        return null;
    }
}
