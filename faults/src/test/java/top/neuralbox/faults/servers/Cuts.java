package top.neuralbox.faults.servers;

import java.io.IOException;
import java.util.List;

/**
 * The places where the bytes of a response are cut. TCP and TLS keep the order of bytes, but no borders between them (RFC 8446,
 * section 5.1).
 *
 * @param records the sizes of TLS records, repeated
 * @param segments the sizes of writes to TCP, repeated, independent of the borders of the records
 * @param keyUpdate whether the TLS keys change before the first byte (RFC 8446, section 4.6.3)
 */
public record Cuts(List<Integer> records, List<Integer> segments, boolean keyUpdate) {

    static final Cuts NONE = new Cuts(List.of(), List.of(), false);

    /** No cuts, and new keys before the first byte. */
    public static final Cuts NEW_KEYS = new Cuts(List.of(), List.of(), true);

    /** One record for each byte of a long response would take long, and prove no more. */
    private static final int MOST_RECORDS = 200;

    private static final int MOST_SEGMENTS = 60;
    private static final int LARGEST_RECORD = 16_384;

    public Cuts {
        records = List.copyOf(records);
        segments = List.copyOf(segments);
    }

    /** Writes and flushes. */
    void write(TlsConnection connection, byte[] bytes) throws IOException {
        List<byte[]> all = Bytes.cut(bytes, records, MOST_RECORDS, LARGEST_RECORD);
        connection.write(all, cipher -> Bytes.cut(cipher, segments, MOST_SEGMENTS, Integer.MAX_VALUE));
    }

    @Override
    public String toString() {
        return new Words()
                .list("TLS records of", records)
                .list("TCP writes of", segments)
                .say(keyUpdate, "new TLS keys")
                .toString();
    }
}
