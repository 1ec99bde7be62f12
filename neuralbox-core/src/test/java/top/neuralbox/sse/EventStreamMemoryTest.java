package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.AllocatedBytes;
import top.neuralbox.conformance.Splits.Cut;

/** Nothing is allocated an event, what is kept is bounded, and growing copies each byte a bounded number of times. */
class EventStreamMemoryTest {

    private static final EventStreamHandler NOBODY = (type, data, offset, length, id) -> {};
    private static final int PASSES = 50;

    @Test
    void aStreamWhoseEventsCameWholeKeepsNothing() {
        EventStreamParser parser = new EventStreamParser();

        parser.parse(utf8("data: one\n\n".repeat(100)), NOBODY);

        assertThat(parser.retainedBytes()).isZero();
    }

    @Test
    void aStreamOfShortEventsThatAreCutKeepsLittle() {
        EventStreamParser parser = new EventStreamParser();

        byteByByte(parser, "data: {\"type\": \"content_delta\", \"delta\": \"Hi\"}\n\n".repeat(100));

        assertThat(parser.retainedBytes()).isBetween(1, 1024);
    }

    @Test
    void theArraysOfAGiantEventAreGivenUpWithIt() {
        EventStreamParser parser = new EventStreamParser();
        byteByByte(parser, ("data: " + "x".repeat(1_000_000) + "\n").repeat(3));
        assertThat(parser.retainedBytes()).isGreaterThan(3_000_000);

        byteByByte(parser, "\n");

        assertThat(parser.retainedBytes()).isLessThanOrEqualTo(2 * EventStreamParser.KEPT_BYTES);
    }

    @Test
    void aBrokenLimitGivesTheArraysUp() {
        EventStreamParser parser = new EventStreamParser();
        byteByByte(parser, ("data: " + "x".repeat(1_000_000) + "\n").repeat(4));

        try {
            byteByByte(parser, "x".repeat(1 << 20) + "x");
        } catch (EventStreamLimitException expected) {
            assertThat(parser.retainedBytes()).isLessThanOrEqualTo(2 * EventStreamParser.KEPT_BYTES);
            return;
        }
        throw new AssertionError("the limit was not broken");
    }

    @Test
    void theArraysNeverOutgrowTheLimits() {
        EventStreamParser parser = new EventStreamParser(10_000, 50_000);

        byteByByte(parser, ("data: " + "x".repeat(9_994) + "\n").repeat(5) + ": " + "x".repeat(9_998));

        assertThat(parser.retainedBytes()).isBetween(59_000, 10_003 + 50_001);
    }

    /** Growing by doubling means that few arrays were ever made, and so that each byte was copied twice on average. */
    @Test
    void aLineThatComesByteByByteGrowsItsArrayAFewTimesOnly() {
        EventStreamParser parser = new EventStreamParser();
        TreeSet<Integer> capacities = new TreeSet<>();

        for (byte each : ("data: " + "x".repeat(1_000_000)).getBytes(UTF_8)) {
            parser.parse(ByteBuffer.wrap(new byte[] {each}), NOBODY);
            capacities.add(parser.retainedBytes());
        }

        assertThat(capacities).hasSizeLessThanOrEqualTo(13);
    }

    @Test
    void manyDataLinesGrowTheirArrayAFewTimesOnly() {
        EventStreamParser parser = new EventStreamParser();
        TreeSet<Integer> capacities = new TreeSet<>();

        for (int i = 0; i < 500_000; i++) {
            parser.parse(utf8("data:x\n"), NOBODY);
            capacities.add(parser.retainedBytes());
        }

        assertThat(capacities).hasSizeLessThanOrEqualTo(13);
    }

    static List<Cut> streams() {
        byte[] deltas = "data: {\"type\": \"content_delta\", \"delta\": \"Hi\"}\n\n"
                .repeat(1_000)
                .getBytes(UTF_8);
        byte[] lines = "retry: 10\ndata: a\n: c\ndata: b\n\n".repeat(1_000).getBytes(UTF_8);
        return List.of(
                new Cut("deltas, whole", deltas),
                new Cut("deltas, 64 bytes a piece", deltas, every(64, deltas.length)),
                new Cut("deltas, byte by byte", deltas, every(1, deltas.length)),
                new Cut("lines, whole", lines),
                new Cut("lines, 64 bytes a piece", lines, every(64, lines.length)));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void anEventWithoutATypeAllocatesNothing(Cut stream) {
        assertThat(bytesAllocatedPerEvent(stream.pieces())).isLessThan(0.2);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void anEventOfDirectBuffersWithoutATypeAllocatesNothing(Cut stream) {
        assertThat(bytesAllocatedPerEvent(stream.directPieces())).isLessThan(0.2);
    }

    private static double bytesAllocatedPerEvent(List<ByteBuffer> pieces) {
        EventStreamParser parser = new EventStreamParser();
        pieces.forEach(ByteBuffer::mark);
        // The first passes fill the parser's arrays and load classes.
        AllocatedBytes.soFar();
        feedAgain(parser, pieces);
        feedAgain(parser, pieces);
        long before = AllocatedBytes.soFar();
        for (int pass = 0; pass < PASSES; pass++) {
            feedAgain(parser, pieces);
        }
        return (AllocatedBytes.soFar() - before) / (1_000.0 * PASSES);
    }

    private static void feedAgain(EventStreamParser parser, List<ByteBuffer> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            parser.parse(pieces.get(i).reset(), NOBODY);
        }
    }

    private static int[] every(int step, int length) {
        return IntStream.iterate(step, at -> at < length, at -> at + step).toArray();
    }

    private static void byteByByte(EventStreamParser parser, String text) {
        for (byte each : text.getBytes(UTF_8)) {
            parser.parse(ByteBuffer.wrap(new byte[] {each}), NOBODY);
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
