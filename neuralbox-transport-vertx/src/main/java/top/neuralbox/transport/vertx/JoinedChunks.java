package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Joins small chunks that came with one read of the socket in one buffer. If a server is ahead of its reader, each read has
 * several events, with one HTTP chunk each. The cost of a delivery is then paid once for all of them.
 */
final class JoinedChunks {

    /** About eighty events. More would not make an event cheaper, and would not fit into the processor's nearest cache. */
    static final int MOST_BYTES = 4 * 1024;

    /** A copy of a longer chunk would cost more than a delivery of its own. */
    static final int LONGEST_CHUNK = MOST_BYTES / 4;

    private static final int FIRST_ROOM = 256;
    private static final byte[] NO_ROOM = {};

    private byte[] room = NO_ROOM;
    private int length;

    /** Whether a chunk is so short that it should be joined with others. */
    static boolean isShort(ByteBuf chunk) {
        return chunk.readableBytes() <= LONGEST_CHUNK;
    }

    boolean hasRoomFor(ByteBuf chunk) {
        return chunk.readableBytes() <= MOST_BYTES - length;
    }

    /** Adds a chunk for which there is room. */
    void add(ByteBuf chunk) {
        int count = chunk.readableBytes();
        if (count > room.length - length) {
            int wanted = Math.max(Math.max(FIRST_ROOM, 2 * room.length), length + count);
            room = Arrays.copyOf(room, Math.min(wanted, MOST_BYTES));
        }
        chunk.getBytes(chunk.readerIndex(), room, length, count);
        length += count;
    }

    /**
     * Removes the bytes that were added since the last time. They belong to the caller from here on. Null if there are none.
     */
    @Nullable
    ByteBuffer take() {
        if (length == 0) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.wrap(room, 0, length);
        room = NO_ROOM;
        length = 0;
        return whole;
    }
}
