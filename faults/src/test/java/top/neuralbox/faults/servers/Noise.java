package top.neuralbox.faults.servers;

import java.util.List;
import top.neuralbox.faults.servers.Http2Opening.Setting;

/**
 * A frame that an HTTP/2 server may send at any time, and that changes nothing for the caller.
 *
 * @param place its place between the frames of the response, in thousandths
 * @param value a number that varies its content
 */
public record Noise(Kind kind, int place, int value) {

    /** The kinds of such frames. */
    public enum Kind {
        PING,
        /** A frame of an unknown type, on the connection (RFC 9113, section 5.5). */
        UNKNOWN_ON_CONNECTION,
        /** The same on the stream. */
        UNKNOWN_ON_STREAM,
        /** RFC 7838, section 4. */
        ALTSVC,
        /** RFC 8336, section 2.1. */
        ORIGIN,
        /** Deprecated but allowed (RFC 9113, section 5.3.2). */
        PRIORITY,
        PRIORITY_OF_IDLE_STREAM,
        WINDOW_OF_STREAM,
        WINDOW_OF_CONNECTION,
        EMPTY_SETTINGS,
        UNKNOWN_SETTING,
        HEADER_TABLE_SIZE,
        INITIAL_WINDOW_SIZE,
        MAX_FRAME_SIZE,
        MAX_HEADER_LIST_SIZE,
        ONE_CONCURRENT_STREAM,
        /** Until the end of the response. */
        NO_CONCURRENT_STREAM
    }

    private static final int[] UNKNOWN_TYPES = {0x0B, 0x0D, 0x40, 0xF0, 0xFF};
    private static final int WINDOWS = 5;
    private static final int[] SMALL = {1, 2, 100, 10_000};

    Frame frame(int stream) {
        return switch (kind) {
            case PING -> new Frame(Frame.PING, 0, 0, Bytes.join(Bytes.int32(value), Bytes.int32(place)));
            case UNKNOWN_ON_CONNECTION -> new Frame(unknownType(), value & 0xFF, 0, new byte[value % 500]);
            case UNKNOWN_ON_STREAM -> new Frame(unknownType(), value & 0xFF, stream, new byte[value % 500]);
            case ALTSVC -> new Frame(0x0A, 0, 0, Bytes.join(Bytes.int16(13), Bytes.of("https://a.bch2=\":443\"")));
            case ORIGIN -> new Frame(0x0C, 0, 0, Bytes.join(Bytes.int16(11), Bytes.of("https://a.b")));
            case PRIORITY -> priority(stream, 0);
            case PRIORITY_OF_IDLE_STREAM -> priority(stream + 100, stream);
            case WINDOW_OF_STREAM -> Frame.windowUpdate(stream, SMALL[value % SMALL.length]);
            case WINDOW_OF_CONNECTION -> Frame.windowUpdate(0, SMALL[value % SMALL.length]);
            case EMPTY_SETTINGS -> Frame.settings(List.of());
            case UNKNOWN_SETTING -> setting(0x10 + value % 1_000, value);
            case HEADER_TABLE_SIZE -> setting(Setting.HEADER_TABLE_SIZE, value % 3 * 4_096);
            case INITIAL_WINDOW_SIZE -> setting(Setting.INITIAL_WINDOW_SIZE, value % WINDOWS * 30_000);
            case MAX_FRAME_SIZE -> setting(Setting.MAX_FRAME_SIZE, 16_384 + value % 100_000);
            case MAX_HEADER_LIST_SIZE -> setting(Setting.MAX_HEADER_LIST_SIZE, 16_384 + value % 100_000);
            case ONE_CONCURRENT_STREAM -> setting(Setting.MAX_CONCURRENT_STREAMS, 1);
            case NO_CONCURRENT_STREAM -> setting(Setting.MAX_CONCURRENT_STREAMS, 0);
        };
    }

    boolean isUnknownFrame() {
        return switch (kind) {
            case UNKNOWN_ON_CONNECTION, UNKNOWN_ON_STREAM, ALTSVC, ORIGIN -> true;
            default -> false;
        };
    }

    boolean isSettingOfZero() {
        return kind == Kind.NO_CONCURRENT_STREAM || kind == Kind.INITIAL_WINDOW_SIZE && value % WINDOWS == 0;
    }

    private int unknownType() {
        return UNKNOWN_TYPES[value % UNKNOWN_TYPES.length];
    }

    private Frame priority(int stream, int dependency) {
        return new Frame(Frame.PRIORITY, 0, stream, Bytes.join(Bytes.int32(dependency), Bytes.of(value & 0xFF)));
    }

    private static Frame setting(int id, int value) {
        return Frame.settings(List.of(new Setting(id, value)));
    }

    @Override
    public String toString() {
        return kind + " at " + place + " per mille (" + value + ")";
    }
}
