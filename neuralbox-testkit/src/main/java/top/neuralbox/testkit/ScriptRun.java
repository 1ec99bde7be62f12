package top.neuralbox.testkit;

import java.io.IOException;
import java.util.function.LongUnaryOperator;

/** One script on one connection: what is written, and where it is cut. Used by the connection's writer thread only. */
final class ScriptRun {

    private final ServerConnection connection;
    private LongUnaryOperator nextCut = position -> Long.MAX_VALUE;
    private long position;

    ScriptRun(ServerConnection connection) {
        this.connection = connection;
    }

    ServerConnection connection() {
        return connection;
    }

    /**
     * Cuts all that is written from here on.
     *
     * @param nextCut gives for a position, counted from here, the next position behind it where to cut
     */
    void split(LongUnaryOperator nextCut) {
        this.nextCut = nextCut;
        this.position = 0;
    }

    void write(byte[] bytes) throws IOException {
        int offset = 0;
        while (offset < bytes.length) {
            long toCut = nextCut.applyAsLong(position) - position;
            int length = (int) Math.min(toCut, bytes.length - offset);
            connection.write(bytes, offset, length);
            offset += length;
            position += length;
        }
    }
}
