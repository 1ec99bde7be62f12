package top.neuralbox;

/** The text of a generation as far as it is kept, in one growing buffer. Not thread-safe. */
final class KeptText {

    /** Volatile: a reader may lift it while another thread takes the call's turn. */
    private volatile int limit;

    private final StringBuilder text = new StringBuilder(0);
    private boolean truncated;

    KeptText(int limit) {
        this.limit = limit;
    }

    /** Keeps everything from now on; the limit on a whole stream still bounds it. */
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
