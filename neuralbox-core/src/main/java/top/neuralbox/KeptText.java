package top.neuralbox;

import java.util.ArrayList;
import java.util.List;

/**
 * The kept part of a generation's text. It is kept in segments, because one buffer that grows would copy a long text several
 * times, and its arrays would be so large that the collector keeps each of them apart. Not thread-safe.
 */
final class KeptText {

    /** How many UTF-16 units a segment has. The first one begins empty, so that an idle stream holds little. */
    static final int SEGMENT = 4 * 1024;

    /** Volatile, because a reader may lift the limit while another thread has the call's turn. */
    private volatile int limit;

    private final List<StringBuilder> full = new ArrayList<>(0);
    private StringBuilder last = new StringBuilder(0);

    /** The length of the full segments. */
    private int fullLength;

    private boolean truncated;

    KeptText(int limit) {
        this.limit = limit;
    }

    /** Keeps all text from now on. The limit on the bytes of the whole stream still bounds it. */
    void unbounded() {
        limit = Integer.MAX_VALUE;
    }

    void append(String piece) {
        int room = limit - fullLength - last.length();
        if (piece.length() <= room) {
            segmentFor(piece.length()).append(piece);
        } else {
            truncated = true;
            if (room > 0) {
                segmentFor(room).append(piece, 0, room);
            }
        }
    }

    boolean truncated() {
        return truncated;
    }

    @Override
    public String toString() {
        if (full.isEmpty()) {
            return last.toString();
        }
        StringBuilder text = new StringBuilder(fullLength + last.length());
        full.forEach(text::append);
        return text.append(last).toString();
    }

    private StringBuilder segmentFor(int length) {
        if (last.length() + length > SEGMENT && !last.isEmpty()) {
            // First, so that nothing is kept twice if there is no memory for it.
            StringBuilder next = new StringBuilder(Math.max(SEGMENT, length));
            full.add(last);
            fullLength += last.length();
            last = next;
        }
        return last;
    }
}
