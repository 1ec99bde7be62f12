package top.neuralbox;

/** The kept part of a generation's text, in one growing buffer. Not thread-safe. */
final class KeptText {

    /** Volatile, because a reader may lift the limit while another thread has the call's turn. */
    private volatile int limit;

    private final StringBuilder text = new StringBuilder(0);
    private boolean truncated;

    KeptText(int limit) {
        this.limit = limit;
    }

    /** Keeps all text from now on. The limit on the bytes of the whole stream still bounds it. */
    void unbounded() {
        limit = Integer.MAX_VALUE;
    }

    void append(String piece) {
        int room = limit - text.length();
        if (piece.length() <= room) {
            text.append(piece);
        } else {
            truncated = true;
            if (room > 0) {
                text.append(piece, 0, room);
            }
        }
    }

    boolean truncated() {
        return truncated;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
