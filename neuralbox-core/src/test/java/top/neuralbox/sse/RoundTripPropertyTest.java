package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import top.neuralbox.conformance.Splits.Cut;
import top.neuralbox.sse.RecordedEvents.Event;
import top.neuralbox.sse.RecordedEvents.Outcome;

/** What the writer writes, the parser reads, however it is cut. */
class RoundTripPropertyTest {

    /** One block to write; null stands for a field that is left out. */
    record Block(String type, String id, Long retryMillis, String comment, String data, boolean asBytes) {

        void writeTo(EventStreamWriter writer) {
            if (type != null) {
                writer.event(type);
            }
            if (id != null) {
                writer.id(id);
            }
            if (retryMillis != null) {
                writer.retry(retryMillis);
            }
            if (comment != null) {
                writer.comment(comment);
            }
            if (data != null && asBytes) {
                byte[] utf8 = data.getBytes(UTF_8);
                writer.data(utf8, 0, utf8.length);
            } else if (data != null) {
                writer.data(data);
            }
            writer.dispatch();
        }
    }

    /** A stream that was written, and what has to be read from it. */
    record Written(Cut stream, Outcome outcome) {}

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void theParserReadsWhatTheWriterWrote(@ForAll("streams") Written written) {
        assertThat(RecordedEvents.ofParse(
                        new EventStreamParser(), written.stream().pieces()))
                .isEqualTo(written.outcome());
    }

    @Provide
    Arbitrary<Written> streams() {
        return blocks().list().ofMaxSize(6).flatMap(blocks -> {
            EventStreamWriter writer = new EventStreamWriter();
            blocks.forEach(block -> block.writeTo(writer));
            Outcome outcome = outcome(blocks);
            return EventStreamParserPropertyTest.cuts(writer.drain()).map(cut -> new Written(cut, outcome));
        });
    }

    private static Arbitrary<Block> blocks() {
        Arbitrary<String> any = texts("\r", "\n", "\r\n", "\0");
        return Combinators.combine(
                        texts("\0").injectNull(0.5),
                        texts().injectNull(0.5),
                        Arbitraries.longs().greaterOrEqual(0).injectNull(0.7),
                        any.injectNull(0.7),
                        any.injectNull(0.2),
                        Arbitraries.of(true, false))
                .as(Block::new);
    }

    /** Text of well-formed Unicode with what an event stream could take for its own. */
    private static Arbitrary<String> texts(String... more) {
        List<String> pieces = new ArrayList<>(List.of(
                " ",
                ":",
                "data: ",
                "a",
                "\t",
                "\uFEFF",
                "\uFFFD",
                "\u0085",
                "\u2028",
                "\u00E9",
                "\u4F60",
                "\uD83D\uDE00"));
        pieces.addAll(List.of(more));
        return Arbitraries.of(pieces).list().ofMaxSize(12).map(parts -> String.join("", parts));
    }

    private static Outcome outcome(List<Block> blocks) {
        List<Event> events = new ArrayList<>();
        Long retryMillis = null;
        String lastEventId = "";
        for (Block block : blocks) {
            lastEventId = block.id() == null ? lastEventId : block.id();
            retryMillis = block.retryMillis() == null ? retryMillis : block.retryMillis();
            if (block.data() != null) {
                String type = block.type() == null || block.type().isEmpty() ? "message" : block.type();
                events.add(new Event(type, block.data().replaceAll("\r\n?", "\n"), lastEventId));
            }
        }
        return new Outcome(events, retryMillis, lastEventId);
    }
}
