package top.neuralbox.faults.servers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Joins and cuts bytes. */
final class Bytes {

    private Bytes() {}

    /** Each character is a byte, so that field values can hold obs-text. */
    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] of(int... bytes) {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        return all;
    }

    static byte[] join(List<byte[]> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }

    static byte[] join(byte[]... pieces) {
        return join(List.of(pieces));
    }

    static byte[] int16(int value) {
        return of(value >> 8, value);
    }

    static byte[] int32(int value) {
        return of(value >> 24, value >> 16, value >> 8, value);
    }

    /**
     * Cuts bytes into pieces of these sizes, repeated. After {@code mostPieces} the rest is cut into large ones.
     *
     * @param sizes may hold zeros; if empty, the only cuts are at {@code largest}
     */
    static List<byte[]> cut(byte[] bytes, List<Integer> sizes, int mostPieces, int largest) {
        List<byte[]> pieces = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int size = sizes.isEmpty() || pieces.size() >= mostPieces
                    ? largest
                    : Math.min(largest, sizes.get(pieces.size() % sizes.size()));
            int end = at + Math.min(bytes.length - at, size);
            pieces.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return pieces;
    }
}
