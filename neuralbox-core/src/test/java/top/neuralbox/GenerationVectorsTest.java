package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.EventDecoder.Signal;
import top.neuralbox.conformance.Splits;
import top.neuralbox.conformance.Splits.Cut;
import top.neuralbox.conformance.Vectors;
import top.neuralbox.json.MalformedJsonException;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamParser;

/** Whole response bodies, and what a client concludes from them, however they are cut. */
class GenerationVectorsTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void everyCutLeadsToTheSameConclusion(String name, Map<String, Object> vector) {
        Splits.of(Vectors.input(vector)).forEach(cut -> assertConclusion(cut, expected(vector), new EventDecoder()));
    }

    /** The decoder gets the same bytes however they were cut, so that whole and byte by byte do here. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void theConclusionIsTheSameWithoutTheFastPath(String name, Map<String, Object> vector) {
        Splits.of(Vectors.input(vector))
                .limit(4)
                .forEach(cut -> assertConclusion(cut, expected(vector), EventDecoder.withoutFastPath()));
    }

    static Stream<Arguments> vectors() {
        List<Map<String, Object>> vectors = Vectors.read("generation-vectors.json");
        assertThat(vectors).hasSizeGreaterThan(40);
        return vectors.stream().map(vector -> Arguments.of(vector.get("name"), vector));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> expected(Map<String, Object> vector) {
        return (Map<String, Object>) vector.get("expect");
    }

    private static void assertConclusion(Cut cut, Map<String, Object> expected, EventDecoder decoder) {
        Conclusion conclusion = new Conclusion(decoder);
        EventStreamParser parser = new EventStreamParser();
        for (ByteBuffer piece : cut.pieces()) {
            parser.parse(piece, conclusion);
        }
        assertThat(conclusion.outcome()).as("outcome, %s", cut).isEqualTo(expected.get("outcome"));
        assertThat(conclusion.id).as("id, %s", cut).isEqualTo(expected.get("id"));
        assertThat(conclusion.model).as("model, %s", cut).isEqualTo(expected.get("model"));
        assertThat(conclusion.text.toString()).as("text, %s", cut).isEqualTo(expected.get("text"));
        assertThat(BigDecimal.valueOf(conclusion.deltas)).as("deltas, %s", cut).isEqualTo(expected.get("deltas"));
        assertThat(conclusion.billing)
                .as("billing, %s", cut)
                .isEqualTo(Billing.of(
                        (BigDecimal) expected.get("tokensUsed"), (BigDecimal) expected.get("balanceRemaining")));
        assertThat(BigDecimal.valueOf(conclusion.unknownEvents))
                .as("unknown events, %s", cut)
                .isEqualTo(expected.get("unknownEvents"));
        assertThat(conclusion.errorMessage).as("error message, %s", cut).isEqualTo(expected.get("errorMessage"));
    }

    /** Follows a stream to its outcome; the first one wins, and nothing after it counts. */
    private static final class Conclusion implements EventStreamHandler {

        private final EventDecoder decoder;
        private final StringBuilder text = new StringBuilder();
        private String outcome;
        private String id;
        private String model;
        private int deltas;
        private int unknownEvents;
        private Billing billing = Billing.of(null, null);
        private String errorMessage;

        Conclusion(EventDecoder decoder) {
            this.decoder = decoder;
        }

        /** A body that ends without an outcome is truncated. */
        String outcome() {
            return outcome == null ? "truncated" : outcome;
        }

        @Override
        public void event(String type, byte[] data, int offset, int length, String lastEventId) {
            if (outcome != null) {
                return;
            }
            try {
                GenerationEvent event = decoder.decode(data, offset, length);
                if (event == null) {
                    take(decoder.signal());
                } else {
                    take(event);
                }
            } catch (MalformedJsonException e) {
                outcome = "malformed";
            }
        }

        private void take(Signal signal) {
            switch (signal) {
                case DONE -> outcome = "truncated";
                case ERROR -> {
                    outcome = "server_error";
                    errorMessage = decoder.error().message();
                }
                case KEEP_ALIVE -> {}
            }
        }

        private void take(GenerationEvent event) {
            if (event instanceof GenerationEvent.Start start) {
                id = start.id();
                model = start.model();
            } else if (event instanceof GenerationEvent.Delta delta) {
                deltas++;
                text.append(delta.text());
            } else if (event instanceof GenerationEvent.End end) {
                outcome = "completed";
                billing = end.billing();
            } else {
                unknownEvents++;
            }
        }
    }
}
