package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.Timeouts;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.transport.TransportException;

/** Into which of the closed set of error types a real failure falls. */
class ErrorTypeTest {

    private static final Map<TransportException.Kind, ErrorType> BEFORE_THE_HEAD = Map.ofEntries(
            Map.entry(TransportException.Kind.DNS, ErrorType.CONNECT),
            Map.entry(TransportException.Kind.REFUSED, ErrorType.CONNECT),
            Map.entry(TransportException.Kind.PROXY, ErrorType.CONNECT),
            Map.entry(TransportException.Kind.TLS, ErrorType.TLS),
            Map.entry(TransportException.Kind.CONNECT_TIMEOUT, ErrorType.TIMEOUT_CONNECT),
            Map.entry(TransportException.Kind.POOL_TIMEOUT, ErrorType.TIMEOUT_POOL),
            Map.entry(TransportException.Kind.LOST, ErrorType.RESET),
            Map.entry(TransportException.Kind.PROTOCOL, ErrorType.PROTOCOL),
            Map.entry(TransportException.Kind.CLOSED, ErrorType.CLIENT_CLOSED),
            Map.entry(TransportException.Kind.CANCELLED, ErrorType.OTHER),
            Map.entry(TransportException.Kind.OTHER, ErrorType.OTHER));

    @ParameterizedTest
    @EnumSource
    void aFailureBeforeTheHeadHasItsType(TransportException.Kind kind) {
        // Sent, so that it is not sent again.
        assertThat(typeOf(FakeAnswer.noHead(kind))).isEqualTo(BEFORE_THE_HEAD.get(kind));
    }

    @ParameterizedTest
    @CsvSource({
        "400, http_400", "401, http_401", "402, http_402", "403, http_403", "404, http_404", "413, http_4xx",
        "418, http_4xx", "422, http_4xx", "429, http_429", "500, http_500", "501, http_5xx", "502, http_502",
        "503, http_503", "504, http_504", "599, http_5xx"
    })
    void aRefusalHasTheTypeOfItsStatus(int status, String type) {
        assertThat(typeOf(FakeAnswer.json(status, "{\"error\": \"x\", \"message\": \"y\", \"retry_after\": 3600}"))
                        .value())
                .isEqualTo(type);
    }

    @ParameterizedTest
    @MethodSource
    void aResponseThatIsNoStreamHasItsType(ErrorType type, FakeAnswer answer) {
        assertThat(typeOf(answer)).isEqualTo(type);
    }

    static Stream<Arguments> aResponseThatIsNoStreamHasItsType() {
        FakeAnswer.Builder html =
                FakeAnswer.builder().header("Content-Type", "text/html").chunk("<html>");
        FakeAnswer.Builder gzip = FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .header("Content-Encoding", "gzip")
                .chunk("x");
        return Stream.of(
                Arguments.of(
                        ErrorType.REDIRECT, FakeAnswer.builder().status(302).build()),
                Arguments.of(ErrorType.CONTENT_TYPE, html.build()),
                Arguments.of(
                        ErrorType.CONTENT_TYPE,
                        FakeAnswer.json(
                                200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"url\": \"http://x/y\"}")),
                Arguments.of(ErrorType.PROTOCOL, gzip.build()),
                Arguments.of(
                        ErrorType.PROTOCOL, FakeAnswer.builder().status(204).build()),
                Arguments.of(ErrorType.PROTOCOL, FakeAnswer.json(200, "{")));
    }

    @ParameterizedTest
    @MethodSource
    void aStreamThatBreaksHasItsType(ErrorType type, FakeAnswer answer) {
        assertThat(typeOf(answer)).isEqualTo(type);
    }

    static Stream<Arguments> aStreamThatBreaksHasItsType() {
        return Stream.of(
                Arguments.of(ErrorType.TRUNCATED, FakeAnswer.eventStream(Captured.START)),
                Arguments.of(ErrorType.PROTOCOL, FakeAnswer.eventStream("data: [1]\n\n")),
                Arguments.of(ErrorType.PROTOCOL, FakeAnswer.eventStream("data: " + "x".repeat(1 << 21))),
                Arguments.of(
                        ErrorType.API_ERROR,
                        FakeAnswer.eventStream("data: {\"type\": \"error\", \"message\": \"no\"}\n\n")),
                Arguments.of(
                        ErrorType.RESET,
                        FakeAnswer.builder()
                                .header("Content-Type", "text/event-stream")
                                .chunk(Captured.START)
                                .fail(TransportException.Kind.LOST)
                                .build()));
    }

    @Test
    void aBudgetThatRefusesHasItsType() {
        assertThat(ErrorType.of(new BudgetExceededException("client default", BigDecimal.TEN, BigDecimal.TEN, null)))
                .isEqualTo(ErrorType.BUDGET_EXCEEDED);
        assertThat(ErrorType.of(new BudgetUnavailableException("the store is lost", null)))
                .isEqualTo(ErrorType.BUDGET_UNAVAILABLE);
    }

    @Test
    void clientThatDrainsHasItsType() {
        NeuralBox client = NeuralBox.builder()
                .apiKey("nb_test")
                .transport(
                        new FakeTransport().answer(FakeAnswer.builder().hold().build()))
                .build();
        var held = client.generateAsync(GenerationRequest.of("gpt-5", "hello"));
        var draining = client.drainAsync(Duration.ofMinutes(1));

        NeuralBoxException refusal = catchThrowableOfType(
                NeuralBoxException.class, () -> client.generate(GenerationRequest.of("gpt-5", "hello")));

        assertThat(ErrorType.of(refusal)).isEqualTo(ErrorType.ADMISSION_REFUSED);
        client.close();
        assertThat(held).failsWithin(Duration.ofSeconds(20)).withThrowableOfType(ExecutionException.class);
        assertThat(draining).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aCompletedGenerationHasNone() {
        assertThat(ErrorType.of(null)).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESPONSE_HEAD", "FIRST_EVENT", "IDLE", "EVENT_IDLE", "TOTAL"})
    void aTimerThatRunsOutHasItsType(GenerationTimeoutException.Timer timer) {
        Map<GenerationTimeoutException.Timer, ErrorType> types = Map.of(
                GenerationTimeoutException.Timer.RESPONSE_HEAD, ErrorType.TIMEOUT_HEADERS,
                GenerationTimeoutException.Timer.FIRST_EVENT, ErrorType.TIMEOUT_FIRST_EVENT,
                GenerationTimeoutException.Timer.IDLE, ErrorType.TIMEOUT_IDLE,
                GenerationTimeoutException.Timer.EVENT_IDLE, ErrorType.TIMEOUT_EVENT_IDLE,
                GenerationTimeoutException.Timer.TOTAL, ErrorType.TIMEOUT_TOTAL);
        Duration soon = Duration.ofMillis(20);
        Timeouts.Builder timeouts = Timeouts.builder();
        FakeAnswer.Builder answer = FakeAnswer.builder().header("Content-Type", "text/event-stream");
        switch (timer) {
            case RESPONSE_HEAD -> {
                timeouts.responseHead(soon);
                answer.headAfter(new Gate());
            }
            case FIRST_EVENT -> timeouts.firstEvent(soon);
            case IDLE -> timeouts.idle(soon);
            case EVENT_IDLE -> {
                timeouts.eventIdle(soon);
                answer.chunk(Captured.START);
            }
            default -> timeouts.total(soon);
        }
        FakeTransport transport = new FakeTransport().answer(answer.hold().build());
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("hello"))
                .timeouts(timeouts.build())
                .build();
        try (NeuralBox client = Captured.client(transport, "default")) {
            NeuralBoxException error = catchThrowableOfType(NeuralBoxException.class, () -> client.generate(request));
            assertThat(ErrorType.of(error)).isEqualTo(types.get(timer));
        }
    }

    private static ErrorType typeOf(FakeAnswer answer) {
        return ErrorType.of(Captured.of(answer).outcome().error());
    }
}
