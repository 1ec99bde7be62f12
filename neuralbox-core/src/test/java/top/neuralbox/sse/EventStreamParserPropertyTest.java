package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import top.neuralbox.conformance.Splits.Cut;
import top.neuralbox.sse.RecordedEvents.Outcome;

/** The parser against a model that is slow and plain, on streams made to be nasty. */
class EventStreamParserPropertyTest {

    @Property(tries = 5_000)
    void theParserReadsWhatTheModelReads(@ForAll("hostileStreams") Cut stream) {
        Outcome expected = NaiveEventStream.interpret(stream.input());

        assertThat(RecordedEvents.ofParse(new EventStreamParser(), stream.pieces()))
                .isEqualTo(expected);
        assertThat(RecordedEvents.oneByOne(new EventStreamParser(), stream.pieces()))
                .isEqualTo(expected);
        assertThat(RecordedEvents.ofParse(new EventStreamParser(), stream.directPieces()))
                .isEqualTo(expected);
    }

    @Property(tries = 2_000)
    void theLineEndIsTheFirstCrOrLf(@ForAll byte[] bytes, @ForAll("positions") int from) {
        int start = Math.min(from, bytes.length);
        int expected = start;
        while (expected < bytes.length && bytes[expected] != '\r' && bytes[expected] != '\n') {
            expected++;
        }

        assertThat(LineScan.lineEnd(bytes, start, bytes.length)).isEqualTo(expected);
    }

    @Provide
    Arbitrary<Integer> positions() {
        return Arbitraries.integers().between(0, 20);
    }

    @Provide
    Arbitrary<Cut> hostileStreams() {
        Arbitrary<String> known = Arbitraries.of(
                "data",
                "data:",
                "data: ",
                "event:",
                "event: ",
                "id:",
                "id",
                "retry:",
                "retry: 12",
                "retry",
                "dat",
                "ids");
        Arbitrary<String> ends = Arbitraries.of("\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r");
        Arbitrary<String> bytes = Arbitraries.of(
                ":",
                " ",
                "\0",
                "\t",
                "7",
                "x",
                "\u000B",
                "\u00EF\u00BB\u00BF",
                "\u00EF",
                "\u00BB",
                "\u00ED\u00A0\u0080",
                "\u00E2\u0082",
                "\u00AC",
                "\u00F0\u009F",
                "\u0098\u0080",
                "\u00FF",
                "\u0085",
                "a value of some length");
        Arbitrary<byte[]> streams = Arbitraries.frequencyOf(Tuple.of(3, known), Tuple.of(3, ends), Tuple.of(4, bytes))
                .list()
                .ofMaxSize(60)
                .map(pieces -> String.join("", pieces).getBytes(ISO_8859_1));
        return streams.flatMap(EventStreamParserPropertyTest::cuts);
    }

    static Arbitrary<Cut> cuts(byte[] stream) {
        return Arbitraries.integers()
                .between(0, stream.length)
                .list()
                .ofMaxSize(12)
                .map(at -> new Cut("at " + at, stream, sorted(at)));
    }

    private static int[] sorted(List<Integer> positions) {
        return positions.stream().mapToInt(Integer::intValue).sorted().toArray();
    }
}
