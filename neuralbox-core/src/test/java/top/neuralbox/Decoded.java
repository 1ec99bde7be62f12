package top.neuralbox;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import top.neuralbox.EventDecoder.Signal;
import top.neuralbox.json.MalformedJsonException;

/**
 * What a decoder made of the data of one event, as a value to compare.
 *
 * @param signal null if the data was an event, or malformed
 * @param result the event, or the error if the signal has one, or the message of the failure
 */
record Decoded(@Nullable Signal signal, @Nullable Object result) {

    static Decoded by(EventDecoder decoder, byte[] data) {
        return by(decoder, data, 0, data.length);
    }

    static Decoded by(EventDecoder decoder, String data) {
        return by(decoder, data.getBytes(StandardCharsets.UTF_8));
    }

    static Decoded by(EventDecoder decoder, byte[] data, int offset, int length) {
        try {
            GenerationEvent event = decoder.decode(data, offset, length);
            if (event != null) {
                return new Decoded(null, event);
            }
            Signal signal = decoder.signal();
            return new Decoded(signal, signal == Signal.ERROR ? decoder.error() : null);
        } catch (MalformedJsonException e) {
            return new Decoded(null, e.getMessage());
        }
    }

    boolean isEvent() {
        return result instanceof GenerationEvent;
    }

    boolean isMalformed() {
        return signal == null && !isEvent();
    }
}
