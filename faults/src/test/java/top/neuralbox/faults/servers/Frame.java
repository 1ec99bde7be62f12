package top.neuralbox.faults.servers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One HTTP/2 frame (RFC 9113, section 4.1). */
record Frame(int type, int flags, int stream, byte[] payload) {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int PRIORITISED = 0x20;

    static final int HEAD = 9;

    byte[] bytes() {
        int length = payload.length;
        return Bytes.join(Bytes.of(length >> 16, length >> 8, length, type, flags), Bytes.int32(stream), payload);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    static Frame settings(List<Http2Opening.Setting> settings) {
        return new Frame(
                SETTINGS,
                0,
                0,
                Bytes.join(settings.stream().map(Http2Opening.Setting::bytes).toList()));
    }

    static Frame windowUpdate(int stream, int increment) {
        return new Frame(WINDOW_UPDATE, 0, stream, Bytes.int32(increment));
    }

    static Frame goAway(int lastStream, String debug) {
        return new Frame(GOAWAY, 0, 0, Bytes.join(Bytes.int32(lastStream), Bytes.int32(0), Bytes.of(debug)));
    }

    /** @param padding the number of bytes of padding, or -1 for a frame without that field */
    static Frame data(int stream, byte[] content, int padding, boolean last) {
        int flags = last ? END_STREAM : 0;
        return padding < 0
                ? new Frame(DATA, flags, stream, content)
                : new Frame(DATA, flags | PADDED, stream, Bytes.join(Bytes.of(padding), content, new byte[padding]));
    }

    /**
     * A header block in one HEADERS frame, and in as many CONTINUATION frames as it needs.
     *
     * @param sizes the sizes of the pieces, repeated
     */
    static List<Frame> headers(
            int stream,
            byte[] block,
            List<Integer> sizes,
            int mostPieces,
            int padding,
            boolean prioritised,
            boolean last) {
        List<byte[]> pieces = Bytes.cut(block, sizes, mostPieces, 16_000);
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            int flags = i == pieces.size() - 1 ? END_HEADERS : 0;
            byte[] payload = pieces.get(i);
            if (i > 0) {
                frames.add(new Frame(CONTINUATION, flags, stream, payload));
                continue;
            }
            if (last) {
                flags |= END_STREAM;
            }
            if (prioritised) {
                flags |= PRIORITISED;
                payload = Bytes.join(Bytes.int32(0), Bytes.of(15), payload);
            }
            if (padding >= 0) {
                flags |= PADDED;
                payload = Bytes.join(Bytes.of(padding), payload, new byte[padding]);
            }
            frames.add(new Frame(HEADERS, flags, stream, payload));
        }
        return frames;
    }

    static byte[] bytes(List<Frame> frames) {
        return Bytes.join(frames.stream().map(Frame::bytes).toList());
    }

    /** The payload without padding. */
    byte[] unpadded() {
        return has(PADDED) && (type == DATA || type == HEADERS)
                ? Arrays.copyOfRange(payload, 1, payload.length - (payload[0] & 0xFF))
                : payload;
    }
}
