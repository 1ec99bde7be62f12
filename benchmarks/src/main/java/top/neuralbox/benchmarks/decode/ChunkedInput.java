package top.neuralbox.benchmarks.decode;

import java.io.InputStream;
import java.util.List;

/** A body that arrives in chunks: a read gives no more than the chunk at hand, as a socket does. */
final class ChunkedInput extends InputStream {

    private final List<byte[]> chunks;
    private int chunk;
    private int at;

    ChunkedInput(List<byte[]> chunks) {
        this.chunks = chunks;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (chunk == chunks.size()) {
            return -1;
        }
        byte[] current = chunks.get(chunk);
        int count = Math.min(length, current.length - at);
        System.arraycopy(current, at, target, offset, count);
        at += count;
        if (at == current.length) {
            chunk++;
            at = 0;
        }
        return count;
    }

    @Override
    public int available() {
        return chunk == chunks.size() ? 0 : chunks.get(chunk).length - at;
    }
}
