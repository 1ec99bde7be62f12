package top.neuralbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * Decodes the data of each event into an event of the generation (wire contract, part A). Each stream has its own decoder.
 * Not thread-safe. A usual delta costs its String and its event object, nothing more.
 */
final class EventDecoder {

    /** The meaning of data that is no event of the generation. */
    enum Signal {
        /** The data is empty or white space. */
        KEEP_ALIVE,
        /** {@code [DONE]}: nothing after it counts. */
        DONE,
        /** The data is an error; {@link EventDecoder#error()} returns it. */
        ERROR
    }

    private static final String CONTENT_DELTA = "content_delta";
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    /** After this many usual deltas in a row the parser's buffers, some 10 KiB, are released, as after any single event. */
    private static final int USUAL_RUN = 16;

    private final @Nullable DeltaFastPath usualDelta;
    private final JsonObjectReader reader = new JsonObjectReader();
    private int usualInRow;
    private Signal signal = Signal.KEEP_ALIVE;
    private @Nullable ServiceError error;
    private boolean errorDocumented;

    EventDecoder() {
        this(new DeltaFastPath());
    }

    private EventDecoder(@Nullable DeltaFastPath usualDelta) {
        this.usualDelta = usualDelta;
    }

    /** A decoder that reads every event with the JSON parser, to compare the two ways of decoding. */
    static EventDecoder withoutFastPath() {
        return new EventDecoder(null);
    }

    /**
     * Decodes the data of one event. After a failure the decoder can decode the next event.
     *
     * @return the event; or null if the data is no event of the generation, then see {@link #signal()}. The decoder
     *     keeps no reference to the event: a reference from a long-lived object costs the collector more than decoding a delta.
     * @throws MalformedJsonException if the data is neither empty nor {@code [DONE]} nor a JSON object with a type, or with
     *     an error in place of a type, or if it is a delta without text
     */
    @Nullable
    GenerationEvent decode(byte[] data, int offset, int length) throws MalformedJsonException {
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

    /** The meaning of the last data that was no event. */
    Signal signal() {
        return signal;
    }

    /** The error, if the last signal was {@link Signal#ERROR}. */
    ServiceError error() {
        ServiceError last = error;
        if (last == null) {
            throw new IllegalStateException("the last signal was not ERROR");
        }
        return last;
    }

    /**
     * Whether the last error was an event of the type {@code error}, whose cost the service documents. Gateways write their
     * errors without a type.
     */
    boolean errorDocumented() {
        return errorDocumented;
    }

    /** Whether the decoder holds the JSON parser's buffers, which would be most of the memory of an idle stream. */
    boolean holdsParser() {
        return reader.holdsParser();
    }

    private void giveBackUnusedParser() {
        if (++usualInRow == USUAL_RUN) {
            reader.close();
        }
    }

    private @Nullable GenerationEvent decodeOther(byte[] data, int from, int to) throws MalformedJsonException {
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

    /** Reads the type first. The few events that have more than a text are then read a second time, for their fields. */
    private @Nullable GenerationEvent decodeObject(byte[] data, int from, int to) throws MalformedJsonException {
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
            throw new MalformedEventException("a JSON object whose type is missing or is not a string");
        }
        return switch (type) {
            case CONTENT_DELTA -> delta(delta);
            case "generation_start" -> start(data, from, to);
            case "generation_end" -> end(data, from, to);
            case "error" -> error(data, from, to, true);
            default -> new GenerationEvent.Unknown(type, Utf8.text(data, from, to));
        };
    }

    private static GenerationEvent delta(@Nullable String text) throws MalformedJsonException {
        if (text == null) {
            throw new MalformedEventException("a content_delta whose delta is missing or is not a string");
        }
        return new GenerationEvent.Delta(text);
    }

    private GenerationEvent start(byte[] data, int from, int to) throws MalformedJsonException {
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

    private GenerationEvent end(byte[] data, int from, int to) throws MalformedJsonException {
        String id = null;
        BillingFields billing = new BillingFields();
        reader.open(data, from, to);
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            if (name.equals("id")) {
                id = reader.textOrDigits();
            } else {
                billing.field(name, reader);
            }
        }
        reader.close();
        return new GenerationEvent.End(id, billing.billing(), Utf8.text(data, from, to));
    }

    private @Nullable GenerationEvent error(byte[] data, int from, int to, boolean documented)
            throws MalformedJsonException {
        ErrorFields fields = new ErrorFields();
        reader.open(data, from, to);
        reader.rest(fields::field);
        reader.close();
        String json = Utf8.text(data, from, to);
        error = documented ? fields.ofEvent(json) : fields.ofAnyObject(json);
        errorDocumented = documented;
        signal = Signal.ERROR;
        return null;
    }
}
