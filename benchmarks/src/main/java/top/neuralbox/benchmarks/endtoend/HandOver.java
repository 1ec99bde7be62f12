package top.neuralbox.benchmarks.endtoend;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import top.neuralbox.OpenedDecoder;

/** Decodes what one thread reads on another. */
final class HandOver {

    private static final ByteBuffer END = ByteBuffer.allocate(0);
    private static final int AHEAD = 8;

    private final BlockingQueue<ByteBuffer> chunks = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;

    HandOver(OpenedDecoder decoder) {
        thread = new Thread(() -> decode(decoder), "decoder");
        thread.setDaemon(true);
        thread.start();
    }

    /** Hands over a copy of these bytes. */
    void give(ByteBuffer bytes) {
        int from = bytes.arrayOffset() + bytes.position();
        put(ByteBuffer.wrap(Arrays.copyOfRange(bytes.array(), from, from + bytes.remaining())));
    }

    /** Waits until all is decoded. */
    void end() {
        put(END);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void put(ByteBuffer chunk) {
        try {
            chunks.put(chunk);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void decode(OpenedDecoder decoder) {
        try {
            for (ByteBuffer chunk = chunks.take(); chunk.hasRemaining(); chunk = chunks.take()) {
                decoder.read(chunk);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
