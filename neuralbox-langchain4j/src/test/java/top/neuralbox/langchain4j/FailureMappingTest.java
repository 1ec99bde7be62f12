package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.BillingState;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.transport.TransportException;

/** Which exception of LangChain4j a failure is: one that says "send it again" only if nothing was charged. */
class FailureMappingTest {

    private static final String START = "data: {\"type\": \"generation_start\", \"id\": \"gen_1\"}\n\n";
    private static final String DELTA = "data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n";

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(AuthenticationException.class, refusal(401, "not_authenticated")),
                arguments(AuthenticationException.class, refusal(403, "insufficient_plan")),
                arguments(InvalidRequestException.class, refusal(402, "insufficient_tokens")),
                arguments(ModelNotFoundException.class, refusal(404, "not_found")),
                arguments(InvalidRequestException.class, refusal(422, "validation_error")),
                arguments(RateLimitException.class, refusal(429, "rate_limit_exceeded")),
                arguments(InternalServerException.class, refusal(500, "provider_error")),
                arguments(InternalServerException.class, refusal(503, "model_unavailable")),
                arguments(NonRetriableException.class, refusal(500, "undocumented")),
                arguments(NonRetriableException.class, refusal(502, "bad_gateway")),
                arguments(
                        InternalServerException.class,
                        FakeAnswer.eventStream(START, DELTA, "data: {\"type\": \"error\", \"message\": \"no\"}\n\n")),
                arguments(
                        NonRetriableException.class,
                        FakeAnswer.eventStream(START, DELTA, "data: {\"error\": {\"message\": \"no\"}}\n\n")),
                arguments(NonRetriableException.class, FakeAnswer.eventStream(START, DELTA)),
                arguments(NonRetriableException.class, broken()),
                arguments(RetriableException.class, FakeAnswer.notSent(TransportException.Kind.REFUSED)),
                arguments(UnresolvedModelServerException.class, FakeAnswer.notSent(TransportException.Kind.DNS)),
                arguments(NonRetriableException.class, FakeAnswer.noHead(TransportException.Kind.LOST)),
                arguments(InvalidRequestException.class, FakeAnswer.json(200, "{\"status\": \"pending\", \"id\": 7}")),
                arguments(NonRetriableException.class, FakeAnswer.json(302, "{}")));
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("failures")
    void failureIsThisException(Class<? extends LangChain4jException> expected, FakeAnswer answer) {
        assertThat(failure(answer)).isExactlyInstanceOf(expected);
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("failures")
    void onlyWhatWasNotChargedIsRetriable(Class<? extends LangChain4jException> expected, FakeAnswer answer) {
        Throwable failure = failure(answer);

        BillingState charge = ((NeuralBoxException) failure.getCause()).billingState();
        assertThat(failure instanceof RetriableException && charge != BillingState.NOT_CHARGED)
                .as("%s, %s", failure, charge)
                .isFalse();
        assertThat(failure instanceof RetriableException ^ failure instanceof NonRetriableException)
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

        assertThat(failure).isExactlyInstanceOf(NonRetriableException.class);
    }

    @Test
    void timeoutBeforeTheRequestWasSentIsRetriable() {
        Throwable failure = failure(FakeAnswer.notSent(TransportException.Kind.CONNECT_TIMEOUT));

        assertThat(failure).isExactlyInstanceOf(TimeoutException.class);
    }

    @Test
    void refusalByABudgetOfOurOwnIsNotRetriable() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.ONE, Duration.ofDays(1))
                .estimate(request -> BigDecimal.TEN)
                .build();

        Throwable failure = failure(FakeAnswer.eventStream(START), client -> client.budget(budget));

        assertThat(failure).isExactlyInstanceOf(NonRetriableException.class);
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
            NeuralBoxChatModel model =
                    NeuralBoxChatModel.builder(neuralBox).modelName("gpt-5").build();
            return catchThrowable(() -> model.chat(UserMessage.from("hello")));
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
