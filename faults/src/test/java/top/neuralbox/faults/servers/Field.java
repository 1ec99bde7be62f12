package top.neuralbox.faults.servers;

import java.util.ArrayList;
import java.util.List;

/** A header or trailer field. */
public record Field(String name, String value) {

    private static final int LONGEST_VALUE = 8_000;
    private static final String PLAIN = "x";
    private static final String SPECIAL = "a \t\"b\\:;,()<>@/[]?={}'`|~%";

    /** The characters of a field's value (RFC 9110, section 5.5). */
    public enum Kind {
        PLAIN,
        SPECIAL,
        /** Bytes beyond ASCII, obs-text. */
        OBSOLETE,
        EMPTY
    }

    /**
     * Fields of this total size, as HTTP/2 counts it: 32 bytes for each field, in addition to name and value.
     *
     * @param fields the number of fields with short values; further fields hold the rest of the bytes
     */
    static List<Field> filling(int bytes, int fields, Kind kind) {
        List<Field> all = new ArrayList<>();
        int left = bytes;
        for (int i = 0; i < fields || left > 0; i++) {
            String name = "x-filler-" + i;
            int room = left - name.length() - 32;
            int size = Math.max(0, Math.min(LONGEST_VALUE, i < fields ? Math.min(room, 5) : room));
            all.add(new Field(name, value(kind, size)));
            left = Math.max(0, left - name.length() - 32 - size);
        }
        return all;
    }

    private static String value(Kind kind, int size) {
        String unit = switch (kind) {
            case PLAIN -> PLAIN;
            case SPECIAL -> SPECIAL;
            case OBSOLETE -> "é";
            case EMPTY -> "";
        };
        return unit.isEmpty() ? "" : unit.repeat(size / unit.length());
    }
}
