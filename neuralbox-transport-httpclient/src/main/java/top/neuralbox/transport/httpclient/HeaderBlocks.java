package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The places in what arrives over HTTP/2 at which a header block ends (RFC 9113, section 4.3).
 *
 * <p>The engine tells nobody of an interim response of status 100, nor that a stream has ended with an interim response
 * (5.4.4). So it is handed header blocks one by one, and its call looks after each of them what has become of it. Reads the
 * heads of frames alone.
 */
final class HeaderBlocks {

    /** Takes all of the bytes that it is given. */
    @FunctionalInterface
    interface Engine {
        void take(ByteBuffer bytes) throws IOException;
    }

    /** Hears that the engine has got a header block. */
    @FunctionalInterface
    interface Listener {
        /**
         * The engine has got the block whole.
         *
         * @param last whether nothing follows it on its stream
         */
        void blockPassed(boolean last);
    }

    private static final int HEAD = 9;
    private static final int TYPE = 3;
    private static final int FLAGS = 4;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final byte[] head = new byte[HEAD];
    private int headBytes;
    private int payloadLeft;
    private boolean lastOfStream;

    /** Hands bytes to the engine, up to the end of each header block and then the rest. */
    void pass(ByteBuffer bytes, Engine engine, Listener listener) throws IOException {
        int end = bytes.limit();
        int at = bytes.position();
        while (at < end) {
            int step = Math.min(end - at, headBytes < HEAD ? HEAD - headBytes : payloadLeft);
            if (headBytes < HEAD) {
                bytes.get(at, head, headBytes, step);
                headBytes += step;
                payloadLeft = length();
            } else {
                payloadLeft -= step;
            }
            at += step;
            if (headBytes == HEAD && payloadLeft == 0) {
                headBytes = 0;
                if (endsBlock()) {
                    bytes.limit(at);
                    engine.take(bytes);
                    bytes.limit(end);
                    listener.blockPassed(lastOfStream);
                }
            }
        }
        if (bytes.hasRemaining()) {
            engine.take(bytes);
        }
    }

    private int length() {
        return ((head[0] & 0xFF) << 16) | ((head[1] & 0xFF) << 8) | (head[2] & 0xFF);
    }

    private boolean endsBlock() {
        if (head[TYPE] == HEADERS) {
            lastOfStream = (head[FLAGS] & END_STREAM) != 0;
        }
        return (head[TYPE] == HEADERS || head[TYPE] == CONTINUATION) && (head[FLAGS] & END_HEADERS) != 0;
    }
}
