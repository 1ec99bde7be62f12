package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.relay.StreamRelay;

/** What the service writes into ids, models, states and codes: no key comes out of them, and no log line can be forged. */
class WireNamesTest {

    private static final String KEY = "nb_canary0123456789abcdefghijklmnopqrstuvwxyzABC";
    private static final String ESCAPED = "a\\r\\n2026 INFO forged \\u001b[31m\\u2028\\u202e\\u0000";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final NeuralBox client = transport
            .client(clock)
            .apiKey(KEY)
            .limits(Limits.builder().answerBytes(1 << 24).build())
            .build();

    @AfterEach
    void close() {
        client.close();
    }

    /** As JSON texts. */
    static Stream<String> names() {
        return Stream.of(
                ESCAPED, "x".repeat(300_000), KEY, "x".repeat(240) + KEY, "\\ud83d".repeat(1_000), ESCAPED + KEY);
    }

    @ParameterizedTest
    @MethodSource("names")
    void eventsShowNeitherKeyNorAForgedLine(String name) {
        transport.next(stream(name));
        RecordingSubscriber events = RecordingSubscriber.asking(Long.MAX_VALUE);
        client.publish(GenerationRequest.of("m", "p")).subscribe(events);

        assertThat(events.events).hasSize(4);
        for (GenerationEvent event : events.events) {
            assertFit(event.toString());
            if (event instanceof GenerationEvent.Start start) {
                assertFit(start.id(), start.model());
                assertThat(start.json()).doesNotContain(KEY);
            } else if (event instanceof GenerationEvent.Unknown unknown) {
                assertFit(unknown.type());
                assertThat(unknown.json()).doesNotContain(KEY);
            } else if (event instanceof GenerationEvent.End end) {
                assertFit(end.id());
                assertThat(end.json()).doesNotContain(KEY);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void resultShowsNeitherKeyNorAForgedLine(String name) {
        transport.next(stream(name));
        Generation generation = client.generate(GenerationRequest.of("m", "p"));

        assertFit(generation.id(), generation.model(), generation.requestId(), generation.toString());
    }

    @ParameterizedTest
    @MethodSource("names")
    void answerShowsNeitherKeyNorAForgedLine(String name) {
        transport.next(call -> call.json(
                200,
                "{\"id\": \"" + name + "\", \"status\": \"" + name + "\", \"model\": \"" + name
                        + "\", \"result_url\": \"https://cdn/1\", \"result_metadata\": {\"x\": \"" + name + "\"}}"));
        var answer = (GenerationAnswer.Media) client.submit(GenerationRequest.of("m", "p"));

        assertFit(answer.id(), answer.status(), answer.model(), answer.toString());
        assertThat(answer.json()).doesNotContain(KEY);
        assertThat(answer.metadataJson()).doesNotContain(KEY);
    }

    @ParameterizedTest
    @MethodSource("names")
    void failureShowsNeitherKeyNorAForgedLine(String name) {
        transport.next(call -> call.stream()
                .event("{\"type\": \"generation_start\", \"id\": \"" + name + "\", \"model\": \"" + name + "\"}")
                .event("{\"type\": \"error\", \"code\": \"" + name + "\"}"));
        RecordingSubscriber events = RecordingSubscriber.asking(Long.MAX_VALUE);
        client.publish(GenerationRequest.of("m", "p")).subscribe(events);
        var failed = (GenerationFailedException) events.errors.get(0);

        assertFit(
                failed.code(),
                failed.partial().id(),
                failed.partial().model(),
                failed.partial().toString());
        assertThat(failed.toString()).doesNotContain("\n", "\r", "\u001b", KEY);
    }

    @ParameterizedTest
    @MethodSource("names")
    void accountShowsNeitherKeyNorAForgedLine(String name) {
        transport.next(call -> call.json(200, "{\"token_balance\": 1, \"plan\": \"" + name + "\"}"));
        Balance balance = client.account().balance();
        assertFit(balance.plan(), balance.toString());
        assertThat(balance.json()).doesNotContain(KEY);

        transport.next(call -> call.json(
                200,
                "{\"slug\": \"" + name + "\", \"name\": \"" + name + "\", \"category\": \"" + name
                        + "\", \"provider\": \"" + name + "\", \"min_plan\": \"" + name + "\", \"config\": {\"x\": \""
                        + name + "\"}}"));
        Model model = client.account().model("m");
        assertFit(model.slug(), model.name(), model.category(), model.provider(), model.minPlan(), model.toString());
        assertThat(model.json()).doesNotContain(KEY);
        assertThat(model.configJson()).doesNotContain(KEY);
    }

    @ParameterizedTest
    @MethodSource("names")
    void pageOfTheRelaySeesNoKey(String name) throws Exception {
        transport.next(stream(name));
        StreamRelay relay = StreamRelay.builder(client.publish(GenerationRequest.of("m", "p")))
                .unknownEvents(true)
                .build();
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        relay.writeTo(page);

        assertThat(page.toString(StandardCharsets.UTF_8))
                .contains("generation_end")
                .doesNotContain(KEY);
    }

    @Test
    void nameThatIsFitIsLeftAsItIs() {
        List<String> fit = List.of("gen_01j9x2abc123", "gpt-5", "\u8a9e \ud83d\ude00", "x".repeat(256), "");

        assertThat(fit).allSatisfy(name -> assertThat(Excerpt.name(name)).isSameAs(name));
        assertThat(Excerpt.name(null)).isNull();
        assertThat(Excerpt.name("x".repeat(257))).isEqualTo("x".repeat(256) + "\u2026");
    }

    private static Consumer<StubTransport.StubCall> stream(String name) {
        return call -> call.head(200, "Content-Type", "text/event-stream", "X-Request-Id", "req " + KEY)
                .event("{\"type\": \"generation_start\", \"id\": \"" + name + "\", \"model\": \"" + name + "\"}")
                .event("{\"type\": \"" + name + "\", \"x\": \"" + KEY + "\"}")
                .delta("Once\\nupon")
                .event("{\"type\": \"generation_end\", \"id\": \"" + name + "\", \"note\": \"" + KEY + "\"}")
                .done()
                .finish();
    }

    private static void assertFit(String... shown) {
        for (String text : new ArrayList<>(Arrays.asList(shown))) {
            assertThat(text).isNotNull().doesNotContain(KEY).doesNotContain("canary");
            assertThat(text.length()).isLessThan(1_200);
            assertThat(text.codePoints()
                            .allMatch(c -> c >= ' '
                                    && c != 0x7f
                                    && c != 0x2028
                                    && c != 0x202e
                                    && Character.getType(c) != Character.SURROGATE))
                    .as(text.substring(0, Math.min(80, text.length())))
                    .isTrue();
        }
    }
}
