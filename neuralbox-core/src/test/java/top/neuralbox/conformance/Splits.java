package top.neuralbox.conformance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The ways in which a conformance input is cut before it is fed: whole, byte by byte, in two at every position, each of
 * them also with empty pieces in between. Of an input above 4 KiB the positions are the first and the last 512, those
 * within four of each multiple of 1,024, and 500 that a fixed seed chooses; with the system property
 * {@code neuralbox.test.exhaustive} set to {@code true} they are all positions.
 */
public final class Splits {

    private static final int LONG_INPUT = 4096;
    private static final int MARGIN = 512;
    private static final int PERIOD = 1024;
    private static final int AROUND = 4;
    private static final int SEEDED = 500;
    private static final boolean EXHAUSTIVE = Boolean.getBoolean("neuralbox.test.exhaustive");

    private Splits() {}

    /** All ways to cut the input, lazily: a byte-by-byte cut of a long input has many pieces. */
    public static Stream<Cut> of(byte[] input) {
        int[] everywhere = IntStream.range(1, Math.max(1, input.length)).toArray();
        Stream<Cut> byByte = Stream.of(
                new Cut("whole", input),
                new Cut("whole between empty pieces", input, 0, 0, input.length, input.length),
                new Cut("byte by byte", input, everywhere),
                new Cut("byte by byte with empty pieces", input, twice(everywhere)));
        Stream<Cut> inTwo = positions(input.length)
                .boxed()
                .flatMap(at -> Stream.of(
                        new Cut("cut at " + at, input, at),
                        new Cut("cut at " + at + " with an empty piece", input, at, at)));
        return Stream.concat(byByte, inTwo);
    }

    /** The positions at which an input of this length is cut in two, ascending, each in {@code 1..length-1}. */
    public static IntStream positions(int length) {
        if (length <= LONG_INPUT || EXHAUSTIVE) {
            return IntStream.range(1, Math.max(1, length));
        }
        TreeSet<Integer> positions = new TreeSet<>();
        for (int i = 1; i <= MARGIN; i++) {
            positions.add(i);
            positions.add(length - i);
        }
        for (int multiple = PERIOD; multiple < length; multiple += PERIOD) {
            for (int at = multiple - AROUND; at <= Math.min(multiple + AROUND, length - 1); at++) {
                positions.add(at);
            }
        }
        new Random(length).ints(SEEDED, 1, length).forEach(positions::add);
        return positions.stream().mapToInt(Integer::intValue);
    }

    private static int[] twice(int[] positions) {
        return IntStream.of(positions).flatMap(at -> IntStream.of(at, at)).toArray();
    }

    /**
     * One way to cut an input.
     *
     * @param name says in a failure which way it was
     * @param input the whole input
     * @param at the positions of the cuts, ascending; two equal ones make an empty piece
     */
    public record Cut(String name, byte[] input, int... at) {

        /** Fresh heap buffers over the input's own array, in order; reading them does not use the cut up. */
        public List<ByteBuffer> pieces() {
            List<ByteBuffer> pieces = new ArrayList<>(at.length + 1);
            int from = 0;
            for (int to : at) {
                pieces.add(ByteBuffer.wrap(input, from, to - from));
                from = to;
            }
            pieces.add(ByteBuffer.wrap(input, from, input.length - from));
            return pieces;
        }

        /** The same pieces in direct buffers. */
        public List<ByteBuffer> directPieces() {
            return pieces().stream().map(Cut::direct).toList();
        }

        @Override
        public String toString() {
            return name;
        }

        private static ByteBuffer direct(ByteBuffer heap) {
            return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
        }
    }
}
