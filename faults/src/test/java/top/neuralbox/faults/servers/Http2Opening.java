package top.neuralbox.faults.servers;

import java.util.List;

/**
 * The way in which a server opens an HTTP/2 connection (RFC 9113, section 3.4).
 *
 * @param settings the settings in its first frame
 * @param eager whether the server sends that frame before it reads the client's first byte
 * @param grants the bytes by which each WINDOW_UPDATE widens the client's window
 */
public record Http2Opening(List<Setting> settings, boolean eager, int grants) {

    static final Http2Opening PLAIN = new Http2Opening(List.of(), false, 65_535);

    /** One setting (RFC 9113, section 6.5.2); servers may send unknown ones. */
    public record Setting(int id, int value) {

        static final int HEADER_TABLE_SIZE = 1;
        static final int ENABLE_PUSH = 2;
        static final int MAX_CONCURRENT_STREAMS = 3;
        static final int INITIAL_WINDOW_SIZE = 4;
        static final int MAX_FRAME_SIZE = 5;
        static final int MAX_HEADER_LIST_SIZE = 6;

        byte[] bytes() {
            return Bytes.join(Bytes.int16(id), Bytes.int32(value));
        }

        @Override
        public String toString() {
            return switch (id) {
                        case HEADER_TABLE_SIZE -> "HEADER_TABLE_SIZE ";
                        case ENABLE_PUSH -> "ENABLE_PUSH ";
                        case MAX_CONCURRENT_STREAMS -> "MAX_CONCURRENT_STREAMS ";
                        case INITIAL_WINDOW_SIZE -> "INITIAL_WINDOW_SIZE ";
                        case MAX_FRAME_SIZE -> "MAX_FRAME_SIZE ";
                        case MAX_HEADER_LIST_SIZE -> "MAX_HEADER_LIST_SIZE ";
                        default -> "setting " + id + " = ";
                    }
                    + value;
        }
    }

    public Http2Opening {
        settings = List.copyOf(settings);
    }

    @Override
    public String toString() {
        return new Words()
                .list("settings", settings)
                .say(eager, "settings first")
                .say(grants != PLAIN.grants, "windows in steps of " + grants)
                .toString();
    }
}
