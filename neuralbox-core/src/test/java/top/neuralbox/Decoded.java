package top.neuralbox;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import top.neuralbox.EventDecoder.Signal;

/**
 * What a decoder made of the data of one event, as a value to compare.
 *
 * @param signal null if the data was malformed
 * @param result the event or the error, if the signal has one; else the message of the failure
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
            Signal signal = decoder.decode(data, offset, length);
            return switch (signal) {
                case EVENT -> new Decoded(signal, decoder.event());
                case ERROR -> new Decoded(signal, decoder.error());
                case KEEP_ALIVE, DONE -> new Decoded(signal, null);
            };
        } catch (MalformedEventException e) {
            return new Decoded(null, e.getMessage());
        }
    }

    boolean isMalformed() {
        return signal == null;
    }
}
