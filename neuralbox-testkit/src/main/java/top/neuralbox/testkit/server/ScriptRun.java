package top.neuralbox.testkit.server;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import top.neuralbox.testkit.socket.ServerConnection;

/** The writing of one script: all at once or in pieces. Used by the connection's writer thread only. */
final class ScriptRun {

    /** Takes one piece and sends it. */
    interface Sink {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    private final Sink sink;
    private final ScriptClock clock;
    private LongUnaryOperator nextCut = position -> Long.MAX_VALUE;
    private long position;
    private long begun;

    ScriptRun(Sink sink, ScriptClock clock) {
        this.sink = sink;
        this.clock = clock;
    }

    /**
     * Cuts all bytes that are written from here on.
     *
     * @param nextCut returns, for a position counted from here, the next position after it at which to cut
     */
    void split(LongUnaryOperator nextCut) {
        this.nextCut = nextCut;
        this.position = 0;
    }

    /** Counts the time from now on. Returns the previous beginning, for {@link #resume}. */
    long begin() {
        long before = begun;
        begun = clock.nanoTime();
        return before;
    }

    /** Counts the time from this earlier beginning again. */
    void resume(long before) {
        begun = before;
    }

    /** Waits until this much time has passed since the beginning. */
    void until(Duration time, ServerConnection connection) throws IOException, InterruptedException {
        Duration left = time.minusNanos(clock.nanoTime() - begun);
        if (left.compareTo(Duration.ZERO) > 0) {
            clock.pause(connection, left);
        }
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
