package top.neuralbox.testkit;

import java.io.IOException;
import java.util.function.LongUnaryOperator;

/** How one script writes: all at once or in pieces. Used by the connection's writer thread only. */
final class ScriptRun {

    /** Takes one piece and sends it off. */
    interface Sink {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    private final Sink sink;
    private LongUnaryOperator nextCut = position -> Long.MAX_VALUE;
    private long position;
    private long begun;

    ScriptRun(Sink sink) {
        this.sink = sink;
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

    /** Notes when this run began, as {@link System#nanoTime()} tells it. */
    void begin(long nanoTime) {
        begun = nanoTime;
    }

    long begun() {
        return begun;
    }

    void write(byte[] bytes) throws IOException {
        int offset = 0;
        while (offset < bytes.length) {
            long toCut = nextCut.applyAsLong(position) - position;
            int length = (int) Math.min(toCut, bytes.length - offset);
            sink.write(bytes, offset, length);
            offset += length;
            position += length;
        }
    }
}
