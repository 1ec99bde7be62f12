package top.neuralbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.conformance.Splits;
import top.neuralbox.conformance.Vectors;
import top.neuralbox.sse.RecordedEvents.Event;
import top.neuralbox.sse.RecordedEvents.Outcome;

/** Every conformance vector, however its bytes are cut. Each test is named after its vector. */
class ConformanceTest {

    @TestFactory
    Stream<DynamicTest> parse() {
        return vectors((input, expected) -> Splits.of(input)
                .forEach(cut -> assertThat(RecordedEvents.ofParse(new EventStreamParser(), cut.pieces()))
                        .as(cut.name())
                        .isEqualTo(expected)));
    }

    @TestFactory
    Stream<DynamicTest> parseOneByOne() {
        return vectors((input, expected) -> Splits.of(input)
                .forEach(cut -> assertThat(RecordedEvents.oneByOne(new EventStreamParser(), cut.pieces()))
                        .as(cut.name())
                        .isEqualTo(expected)));
    }

    @TestFactory
    Stream<DynamicTest> parseDirectBuffers() {
        return vectors((input, expected) -> Splits.of(input)
                .forEach(cut -> assertThat(RecordedEvents.ofParse(new EventStreamParser(), cut.directPieces()))
                        .as(cut.name())
                        .isEqualTo(expected)));
    }

    @TestFactory
    Stream<DynamicTest> referenceModel() {
        return vectors((input, expected) ->
                assertThat(NaiveEventStream.interpret(input)).isEqualTo(expected));
    }

    private interface Check {
        void accept(byte[] input, Outcome expected);
    }

    private static Stream<DynamicTest> vectors(Check check) {
        return Vectors.read("sse-vectors.json").stream()
                .map(vector -> dynamicTest(
                        (String) vector.get("name"), () -> check.accept(Vectors.input(vector), expected(vector))));
    }

    @SuppressWarnings("unchecked")
    private static Outcome expected(Map<String, Object> vector) {
        List<Event> events = ((List<Map<String, String>>) vector.get("events"))
                .stream()
                        .map(event -> new Event(event.get("type"), event.get("data"), event.get("lastEventId")))
                        .toList();
        BigDecimal retryMillis = (BigDecimal) vector.get("retryMillis");
        return new Outcome(events, retryMillis == null ? null : retryMillis.longValueExact(), (String)
                vector.get("finalLastEventId"));
    }
}
