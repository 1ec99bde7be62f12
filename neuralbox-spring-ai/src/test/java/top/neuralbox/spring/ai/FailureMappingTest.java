package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import top.neuralbox.BillingState;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.transport.TransportException;

/** Which exception of Spring AI a failure is: one that says "send it again" only if nothing was charged. */
class FailureMappingTest {

    private static final String START = "data: {\"type\": \"generation_start\", \"id\": \"gen_1\"}\n\n";
    private static final String DELTA = "data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n";

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(NonTransientAiException.class, refusal(401, "not_authenticated")),
                arguments(NonTransientAiException.class, refusal(403, "insufficient_plan")),
                arguments(NonTransientAiException.class, refusal(402, "insufficient_tokens")),
                arguments(NonTransientAiException.class, refusal(404, "not_found")),
                arguments(NonTransientAiException.class, refusal(422, "validation_error")),
                arguments(TransientAiException.class, refusal(429, "rate_limit_exceeded")),
                arguments(TransientAiException.class, refusal(500, "provider_error")),
                arguments(TransientAiException.class, refusal(503, "model_unavailable")),
                arguments(NonTransientAiException.class, refusal(500, "undocumented")),
                arguments(NonTransientAiException.class, refusal(502, "bad_gateway")),
                arguments(
                        TransientAiException.class,
                        FakeAnswer.eventStream(START, DELTA, "data: {\"type\": \"error\", \"message\": \"no\"}\n\n")),
                arguments(
                        NonTransientAiException.class,
                        FakeAnswer.eventStream(START, DELTA, "data: {\"error\": {\"message\": \"no\"}}\n\n")),
                arguments(NonTransientAiException.class, FakeAnswer.eventStream(START, DELTA)),
                arguments(NonTransientAiException.class, broken()),
                arguments(TransientAiException.class, FakeAnswer.notSent(TransportException.Kind.REFUSED)),
                arguments(NonTransientAiException.class, FakeAnswer.notSent(TransportException.Kind.DNS)),
                arguments(NonTransientAiException.class, FakeAnswer.noHead(TransportException.Kind.LOST)),
                arguments(NonTransientAiException.class, FakeAnswer.json(200, "{\"status\": \"pending\", \"id\": 7}")),
                arguments(NonTransientAiException.class, FakeAnswer.json(302, "{}")));
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("failures")
    void failureIsThisException(Class<? extends RuntimeException> expected, FakeAnswer answer) {
        assertThat(failure(answer)).isExactlyInstanceOf(expected);
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("failures")
    void onlyWhatWasNotChargedIsRetriable(Class<? extends RuntimeException> expected, FakeAnswer answer) {
        Throwable failure = failure(answer);

        BillingState charge = ((NeuralBoxException) failure.getCause()).billingState();
        assertThat(failure instanceof TransientAiException && charge != BillingState.NOT_CHARGED)
                .as("%s, %s", failure, charge)
                .isFalse();
        assertThat(failure instanceof TransientAiException ^ failure instanceof NonTransientAiException)
                .as("says whether it may be sent again")
                .isTrue();
    }

    @Test
    void messageIsThatOfTheCause() {
        Throwable failure = failure(refusal(503, "model_unavailable"));

        assertThat(failure).hasMessage(failure.getCause().getMessage());
    }

    @Test
    void timeoutAfterTheRequestWasSentIsNotRetriable() {
        FakeAnswer silent = FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .hold()
                .build();

        Throwable failure = failure(
                silent,
                client -> client.timeouts(
                        Timeouts.builder().firstEvent(Duration.ofMillis(20)).build()));

        assertThat(failure).isExactlyInstanceOf(NonTransientAiException.class);
    }

    @Test
    void timeoutBeforeTheRequestWasSentIsRetriable() {
        Throwable failure = failure(FakeAnswer.notSent(TransportException.Kind.CONNECT_TIMEOUT));

        assertThat(failure).isExactlyInstanceOf(TransientAiException.class);
    }

    @Test
    void refusalByABudgetOfOurOwnIsNotRetriable() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.ONE, Duration.ofDays(1))
                .estimate(request -> BigDecimal.TEN)
                .build();

        Throwable failure = failure(FakeAnswer.eventStream(START), client -> client.budget(budget));

        assertThat(failure).isExactlyInstanceOf(NonTransientAiException.class);
        assertThat(((NeuralBoxException) failure.getCause()).billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    private static Throwable failure(FakeAnswer answer) {
        return failure(answer, client -> client);
    }

    private static Throwable failure(FakeAnswer answer, UnaryOperator<NeuralBox.Builder> settings) {
        NeuralBox.Builder client = NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(new FakeTransport().answer(answer))
                .retryPolicy(RetryPolicy.none());
        try (NeuralBox neuralBox = settings.apply(client).build()) {
            NeuralBoxChatModel model = NeuralBoxChatModel.builder(neuralBox)
                    .options(ChatOptions.builder().model("gpt-5").build())
                    .build();
            return catchThrowable(() -> model.call("hello"));
        }
    }

    private static FakeAnswer refusal(int status, String code) {
        return FakeAnswer.json(status, "{\"error\": \"" + code + "\", \"message\": \"no\", \"retry_after\": 600}");
    }

    private static FakeAnswer broken() {
        return FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .chunk(START + DELTA)
                .fail(TransportException.Kind.LOST)
                .build();
    }
}
