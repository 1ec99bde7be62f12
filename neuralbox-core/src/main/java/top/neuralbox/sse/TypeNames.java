package top.neuralbox.sse;

import org.jspecify.annotations.Nullable;

/**
 * The event types that a stream repeats, decoded once each. A stream has a handful of them; where two fall on the same
 * slot the later one takes it, so a hostile stream gains no memory.
 */
final class TypeNames {

    private static final int SLOTS = 8;
    private static final int LONGEST_KEPT = 64;

    /** Most streams name no type and never need the slots. */
    private @Nullable String @Nullable [] slots;

    /** The text of the UTF-8 bytes in {@code [from, to)}; malformed ones become U+FFFD. */
    String decode(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return "";
        }
        if (length > LONGEST_KEPT) {
            return Utf8.decode(bytes, from, length);
        }
        if (slots == null) {
            slots = new String[SLOTS];
        }
        int slot = (length + bytes[from] + 3 * bytes[to - 1]) & (SLOTS - 1);
        String kept = slots[slot];
        if (kept != null && isAscii(kept, bytes, from, to)) {
            return kept;
        }
        String decoded = Utf8.decode(bytes, from, length);
        slots[slot] = decoded;
        return decoded;
    }

    /** Whether the bytes are this text; never so for text beyond ASCII, which is decoded anew. */
    private static boolean isAscii(String text, byte[] bytes, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i - from) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
