package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.ValidationException;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.examples.resilience.GuardedPublisher;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

class CircuitBreakerPageTest {

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final NeuralBox neuralBox = client().build();
    // With an estimate, a budget asks the service for no price.
    private final GenerationRequest request = GenerationRequest.builder()
            .model("gpt-5")
            .prompt("Write a haiku")
            .estimatedCredits(BigDecimal.ONE)
            .build();

    @AfterEach
    void stop() {
        neuralBox.close();
        service.close();
    }

    @Test
    void breakerIgnoresWhatSaysNothingAboutTheService() {
        CircuitBreaker breaker = CircuitBreaker.of(
                "neuralbox",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .ignoreExceptions(
                                AdmissionRefusedException.class,
                                BudgetExceededException.class,
                                BudgetUnavailableException.class,
                                GenerationCancelledException.class,
                                ValidationException.class)
                        .build());

        try (NeuralBox poor = client().budget(CreditBudget.builder()
                        .limit(BigDecimal.ZERO, Duration.ofDays(1))
                        .build())
                .build()) {
            assertThatThrownBy(() -> breaker.executeSupplier(() -> poor.generate(request)))
                    .isInstanceOf(BudgetExceededException.class);
            assertThatThrownBy(() -> breaker.executeCompletionStage(() -> poor.generateAsync(request))
                            .toCompletableFuture()
                            .join())
                    .hasCauseInstanceOf(BudgetExceededException.class);
        }

        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
        assertThat(service.requestCount()).isZero();
    }

    @Test
    void openBreakerRefusesWholeAnswersAndSendsNothing() {
        CircuitBreaker breaker = opensAtOnce();
        service.misbehave(Fault.cutAfter(200));
        assertThatThrownBy(() -> breaker.executeSupplier(() -> neuralBox.generate(request)))
                .isInstanceOfSatisfying(
                        StreamBrokenException.class,
                        broken -> assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN));

        assertThatThrownBy(() -> breaker.executeSupplier(() -> neuralBox.generate(request)))
                .isInstanceOf(CallNotPermittedException.class);
        assertThatThrownBy(() -> breaker.executeCompletionStage(() -> neuralBox.generateAsync(request))
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CallNotPermittedException.class);
        assertThat(service.requestCount()).isEqualTo(1);
    }

    @Test
    void closedBreakerPassesWholeAnswers() {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("neuralbox");

        Generation generation = breaker.executeSupplier(() -> neuralBox.generate(request));
        CompletionStage<Generation> later = breaker.executeCompletionStage(() -> neuralBox.generateAsync(request));

        assertThat(later.toCompletableFuture().join().text()).isEqualTo(generation.text());
        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(2);
    }

    @Test
    void streamThatBreaksOpensTheBreakerForTheNext() {
        CircuitBreaker breaker = opensAtOnce();
        service.misbehave(Fault.cutAfter(200));

        Flow.Publisher<GenerationEvent> events = new GuardedPublisher(breaker, neuralBox.publish(request));
        assertThat(subscribed(events).awaitError()).isInstanceOf(StreamBrokenException.class);

        assertThat(subscribed(new GuardedPublisher(breaker, neuralBox.publish(request)))
                        .awaitError())
                .isInstanceOf(CallNotPermittedException.class);
        assertThat(service.requestCount()).isEqualTo(1);
    }

    @Test
    void streamThatCompletesIsASuccess() {
        CircuitBreaker breaker = opensAtOnce();

        subscribed(new GuardedPublisher(breaker, neuralBox.publish(request))).awaitCompletion();

        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
    }

    @Test
    void streamThatIsCancelledIsNoResultAndGivesItsPermissionBack() {
        CircuitBreaker breaker = opensAtOnce();
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        service.misbehave(Fault.endless());
        RecordingSubscriber<GenerationEvent> reader = RecordingSubscriber.withoutDemand();
        new GuardedPublisher(breaker, neuralBox.publish(request)).subscribe(reader);
        reader.awaitSubscription();
        reader.request(2);
        reader.awaitItems(2);

        reader.cancel();

        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
        assertThat(breaker.tryAcquirePermission()).isTrue();
        service.awaitNoOpenStreams(Duration.ofSeconds(10));
    }

    @Test
    void retryAroundItSendsNothingAgainThatMayHaveBeenCharged() {
        Retry retry = Retry.of(
                "neuralbox",
                RetryConfig.custom()
                        .maxAttempts(3)
                        .waitDuration(Duration.ofMillis(100))
                        .retryOnException(error -> error instanceof NeuralBoxException failure
                                && failure.billingState() == BillingState.NOT_CHARGED)
                        .build());

        service.misbehave(Fault.cutAfter(200));
        assertThatThrownBy(() -> retry.executeSupplier(() -> neuralBox.generate(request)))
                .isInstanceOf(StreamBrokenException.class);
        assertThat(service.requestCount()).isEqualTo(1);

        service.misbehave(Fault.refuse(503, "model_unavailable", ""));
        assertThat(retry.executeSupplier(() -> neuralBox.generate(request)).text())
                .isNotEmpty();
        assertThat(service.requestCount()).isEqualTo(3);
    }

    private NeuralBox.Builder client() {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .retryPolicy(RetryPolicy.none());
    }

    private static CircuitBreaker opensAtOnce() {
        return CircuitBreaker.of(
                "neuralbox",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(1)
                        .minimumNumberOfCalls(1)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
    }

    private static RecordingSubscriber<GenerationEvent> subscribed(Flow.Publisher<GenerationEvent> events) {
        RecordingSubscriber<GenerationEvent> reader = RecordingSubscriber.unbounded();
        events.subscribe(reader);
        return reader;
    }
}
