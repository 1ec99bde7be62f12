package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds the ends of header blocks in the bytes that arrive over HTTP/2 (RFC 9113, section 4.3).
 *
 * <p>The engine reports neither an interim response of status 100 nor a stream that ends with an interim response (5.4.4). So
 * it gets header blocks one by one, and after each block the call checks the result. Only the frame headers are read.
 */
final class HeaderBlocks {

    /** Takes all bytes that it gets. */
    @FunctionalInterface
    interface Receiver {
        void take(ByteBuffer bytes) throws IOException;
    }

    /** The listener for header blocks that the engine has received. */
    @FunctionalInterface
    interface Listener {
        /**
         * Called after the engine has received a whole block.
         *
         * @param last whether nothing follows the block on its stream
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

    /** Passes bytes to the engine: up to the end of each header block, and then the rest. */
    void pass(ByteBuffer bytes, Receiver engine, Listener listener) throws IOException {
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
