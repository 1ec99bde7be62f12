package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

/** What is sent again, how often and after what wait; and what is not. */
class RetryTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final String RATE_LIMIT = "{\"error\": \"rate_limit_exceeded\", \"message\": \"slow down\"}";
    private static final String EXPIRED = "{\"error\": \"token_expired\", \"message\": \"expired\"}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();
    private final RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
    private double chance = 1;

    @ParameterizedTest
    @CsvSource({
        "429, rate_limit_exceeded",
        "429, ",
        "500, provider_error",
        "503, model_unavailable",
    })
    void whatTheServiceSurelyDidNotChargeIsSentAgain(int status, String code) {
        transport
                .next(call -> call.json(status, "{\"error\": \"" + code + "\"}"))
                .next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofMillis(500));
        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.calls).hasSize(2);
        assertThat(listener.heard)
                .startsWith("started", "sent 1", "head " + status, "retry 1", "sent 2", "head 200")
                .endsWith("ended COMPLETED");
    }

    /** A cost may stand behind the cut. */
    @Test
    void refusalThatIsCutIsSentOnce() {
        transport.next(call -> call.head(500, "Content-Type", "application/json")
                .bytes("{\"error\": \"provider_error\", ")
                .fail(TransportException.Kind.LOST));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    /** Only the end of the body is missing. */
    @Test
    void refusalThatIsWholeButBreaksOffIsSentAgain() {
        transport
                .next(call -> call.head(500, "Content-Type", "application/json")
                        .bytes("{\"error\": \"provider_error\"}")
                        .fail(TransportException.Kind.LOST))
                .next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofSeconds(1));
        assertThat(subscriber.completed()).isTrue();
    }

    /** Nor does a foreign stage that reports twice. */
    @Test
    void keyThatComesTwiceSendsNothingTwice() {
        CompletionStage<String> twice = new CompletableFuture<>() {
            @Override
            public <U> CompletableFuture<U> thenApply(Function<? super String, ? extends U> change) {
                U key = change.apply("nb_test");
                return new CompletableFuture<>() {
                    @Override
                    public CompletableFuture<U> whenComplete(BiConsumer<? super U, ? super Throwable> action) {
                        action.accept(key, null);
                        action.accept(key, null);
                        return this;
                    }
                };
            }
        };
        transport.always(StubTransport.StubCall::story);
        publish(builder().asyncApiKeySupplier(() -> twice));
        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.calls).hasSize(1);
    }

    /** A budget of the application reports the permit for the second request twice. */
    @Test
    void permitThatComesTwiceSendsNothingTwice() {
        CreditGuard guard = new CreditGuard() {
            @Override
            public CompletionStage<Reservation> reserve(
                    GenerationRequest request, GenerationInfo info, Account account) {
                return CompletableFuture.completedFuture(outcome -> {});
            }

            @Override
            public CompletionStage<RequestPermit> reserveRequest(GenerationInfo info) {
                return new CompletableFuture<>() {
                    @Override
                    public CompletableFuture<RequestPermit> whenComplete(
                            BiConsumer<? super RequestPermit, ? super Throwable> action) {
                        action.accept(RequestPermit.UNCOUNTED, null);
                        action.accept(RequestPermit.UNCOUNTED, null);
                        return this;
                    }
                };
            }
        };
        transport.next(call -> call.json(429, "{}")).always(StubTransport.StubCall::story);
        publish(builder().budget(guard));
        clock.advance(Duration.ofMinutes(1));

        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.calls).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "400, bad_request, NOT_CHARGED",
        "401, not_authenticated, NOT_CHARGED",
        "402, insufficient_tokens, NOT_CHARGED",
        "403, insufficient_plan, NOT_CHARGED",
        "404, not_found, NOT_CHARGED",
        "422, validation_error, NOT_CHARGED",
        "500, internal, UNKNOWN",
        "502, provider_error, UNKNOWN",
        "503, overloaded, UNKNOWN",
        "504, model_unavailable, UNKNOWN",
        "418, teapot, UNKNOWN",
    })
    void anythingElseIsSentOnce(int status, String code, BillingState billing) {
        transport.next(call -> call.json(status, "{\"error\": \"" + code + "\", \"retry_after\": 1}"));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().billingState()).isEqualTo(billing);
        assertThat(error().phase()).isEqualTo(Phase.HEAD);
        assertThat(error().status()).isEqualTo(status);
        assertThat(error().attempts()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "429 | {'error': 'rate_limit_exceeded', 'tokens_used': 3} | 3",
                "500 | {'error': 'provider_error', 'tokens_spent': 3} | 3",
                "503 | {'error': {'code': 'model_unavailable', 'tokens_used': 3}} | 3",
                "401 | {'error': 'token_expired', 'tokens_used': 3} | 3",
                "500 | {'error': 'provider_error', 'tokens_used': '3 credits'} | ",
                "400 | {'error': 'bad_request', 'tokens_used': 3} | 3",
                "500 | {'error': 'provider_error', 'tokens_used': 5, 'tokens_used': 0} | ",
                "500 | {'error': {'code': 'x', 'tokens_used': 5}, 'error': 'provider_error'} | ",
                "500 | {'error': {'tokens_used': 5}, 'error': {'code': 'provider_error'}} | ",
            },
            delimiter = '|',
            quoteCharacter = '"')
    void errorThatNamesACostIsSentOnceAndItsChargeIsUnknown(int status, String json, BigDecimal cost) {
        transport.next(call -> call.json(status, json.replace('\'', '"')));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error().partial().billing()).isEqualTo(Billing.of(cost, null));
    }

    @Test
    void errorWithACostOfZeroIsSentAgain() {
        transport
                .next(call -> call.json(500, "{\"error\": \"provider_error\", \"tokens_used\": 0}"))
                .next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofMillis(500));
        assertThat(subscriber.completed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DNS", "REFUSED", "CONNECT_TIMEOUT", "LOST"})
    void whatWasNotSentIsSentAgain(Kind kind) {
        transport.next(call -> call.fail(kind)).next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofMillis(500));
        assertThat(subscriber.completed()).isTrue();
        assertThat(listener.retries).singleElement().satisfies(e -> {
            assertThat(e.phase()).isEqualTo(Phase.NOT_SENT);
            assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"TLS", "PROXY", "POOL_TIMEOUT", "PROTOCOL", "OTHER"})
    void whatAnotherAttemptWouldNotCureIsSentOnce(Kind kind) {
        transport.next(call -> call.fail(kind));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DNS", "REFUSED", "CONNECT_TIMEOUT", "LOST"})
    void whatMayHaveBeenSentIsSentOnce(Kind kind) {
        transport.next(call -> call.sent().fail(kind));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().phase()).isEqualTo(Phase.SENT);
        assertThat(error().billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void nothingIsSentAgainAfterStatus200() {
        transport.next(call -> call.stream().fail(Kind.LOST));
        publish(builder());
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error().phase()).isEqualTo(Phase.HEAD);
        assertThat(error().billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void aRequestIsSentAgainTwiceAtTheMost() {
        transport.always(call -> call.json(429, RATE_LIMIT));
        publish(builder());
        clock.advance(Duration.ofMinutes(10));
        assertThat(transport.calls).hasSize(3);
        assertThat(error()).isInstanceOf(RateLimitException.class);
        assertThat(error().attempts()).isEqualTo(3);
        assertThat(error().waited())
                .isEqualTo(listener.waits.get(0).plus(listener.waits.get(1)))
                .isPositive();
        assertThat(listener.outcome().attempts()).isEqualTo(3);
    }

    @Test
    void policyOfNoneSendsOnce() {
        transport.always(call -> call.json(429, RATE_LIMIT));
        publish(builder().retryPolicy(RetryPolicy.none()));
        clock.advance(Duration.ofMinutes(10));
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void eachAttemptCarriesTheWholeRequest() {
        transport.next(call -> call.json(429, RATE_LIMIT)).next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofMillis(500));
        assertThat(transport.call(1).request.body())
                .isEqualTo(transport.call(0).request.body());
        assertThat(transport.call(1).request.headers())
                .isEqualTo(transport.call(0).request.headers());
    }

    @Test
    void waitsAreDrawnEvenlyFromBoundsThatDouble() {
        chance = 0.5;
        transport.always(call -> call.json(429, RATE_LIMIT));
        publish(builder()
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(7)
                        .firstDelay(Duration.ofMillis(500))
                        .maxDelay(Duration.ofSeconds(8))
                        .build()));
        clock.advance(Duration.ofMinutes(10));
        assertThat(listener.waits.stream().map(Duration::toMillis))
                .containsExactly(300L, 550L, 1_050L, 2_050L, 4_050L, 4_050L, 4_050L);
    }

    @Test
    void theWaitIsSatOut() {
        transport.next(call -> call.json(429, RATE_LIMIT)).next(StubTransport.StubCall::story);
        publish(builder());
        clock.advance(Duration.ofMillis(499));
        assertThat(transport.calls).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void theServicesOwnWaitComesFirst() {
        transport.next(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 20}", "Retry-After", "3"));
        publish(builder());
        assertThat(listener.waits).containsExactly(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3",
        "1e1, 10",
        "'Sun, 08 Mar 2026 12:00:07 GMT', 7",
    })
    void retryAfterIsTakenInSecondsAndAsADate(String header, long seconds) {
        transport.next(call -> call.json(429, "{}", "Retry-After", header));
        publish(builder());
        assertThat(listener.waits).containsExactly(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "-5, 0.5",
        "1e-400, 0",
        "0.09, 0",
        "'Sun, 08 Mar 2026 11:00:00 GMT', 0.25",
        "soon, 0",
    })
    void waitIsNeverShorterThanTheFloorAndDrawnAboveIt(String header, double drawn) {
        chance = drawn;
        transport.always(call -> call.json(429, "{}", "Retry-After", header));
        publish(builder());
        clock.advance(Duration.ofSeconds(2));
        assertThat(listener.waits.stream().map(Duration::toMillis))
                .containsExactly(100 + (long) (400 * drawn), 100 + (long) (900 * drawn));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "\"0\"", "-1", "0e9", "\"-Infinity\""})
    void waitOfTheBodyIsNeverShorterThanTheFloor(String written) {
        chance = 0;
        transport.always(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": " + written + "}"));
        publish(builder());
        clock.advance(Duration.ofMillis(99));
        assertThat(transport.calls).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void noPolicyMakesAWaitShorterThanTheFloor() {
        chance = 0.5;
        RetryPolicy eager = RetryPolicy.builder()
                .firstDelay(Duration.ZERO)
                .maxDelay(Duration.ZERO)
                .maxWait(Duration.ZERO)
                .build();
        transport.always(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 0}"));
        publish(builder().retryPolicy(eager));
        clock.advance(Duration.ofSeconds(1));
        assertThat(listener.waits).containsExactly(Duration.ofMillis(100), Duration.ofMillis(100));
    }

    @Test
    void longestWaitThatTheServiceMayAskForDoesNotBoundTheClientsOwnWaits() {
        chance = 0.5;
        transport.always(call -> call.json(429, "{}"));
        publish(builder()
                .retryPolicy(RetryPolicy.builder().maxWait(Duration.ZERO).build()));
        clock.advance(Duration.ofSeconds(5));
        assertThat(listener.waits).containsExactly(Duration.ofMillis(300), Duration.ofMillis(550));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "NaN", "1000000000000000000000000000000", "Infinity", "99999e9999999999999"})
    void waitThatNoClockCanHoldFailsNow(String written) {
        for (String body : new String[] {
            "{}",
            "{\"retry_after\": \"" + written + "\"}",
            "{\"error\": {\"retry_after\": \"" + written + "\"}}",
            "{\"details\": {\"retry_after\": \"" + written + "\"}}"
        }) {
            StubTransport other = new StubTransport();
            other.next(call -> call.json(429, body, "Retry-After", written));
            RecordingSubscriber events = RecordingSubscriber.asking(Long.MAX_VALUE);
            other.client(clock).build().publish(REQUEST).subscribe(events);
            assertThat(events.errors)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            RateLimitException.class,
                            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofDays(1)));
            assertThat(other.calls).hasSize(1);
        }
    }

    @Test
    void retryAfterAsADateCountsFromTheResponsesOwnDate() {
        transport.next(call -> call.json(
                429, "{}", "Retry-After", "Sun, 08 Mar 2026 18:00:05 GMT", "Date", "Sun, 08 Mar 2026 18:00:00 GMT"));
        publish(builder());
        assertThat(listener.waits).containsExactly(Duration.ofSeconds(5));
    }

    @Test
    void aLongerWaitThanTheCapFailsNowAndSaysWhen() {
        transport.next(call -> call.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 21}"));
        publish(builder());
        assertThat(error()).isInstanceOf(RateLimitException.class);
        assertThat(error().retryAfter()).isEqualTo(Duration.ofSeconds(21));
        assertThat(clock.pending()).isZero();
    }

    @Test
    void aWaitThatTotalDoesNotAllowFailsNow() {
        transport.next(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 10}"));
        publish(builder()
                .timeouts(Timeouts.builder().total(Duration.ofSeconds(10)).build()));
        assertThat(error()).isInstanceOf(RateLimitException.class);
    }

    @Test
    void totalRunsThroughAttemptsAndWaits() {
        transport.always(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 8}"));
        publish(builder()
                .timeouts(Timeouts.builder().total(Duration.ofSeconds(10)).build()));
        clock.advance(Duration.ofSeconds(8));
        assertThat(error()).isInstanceOf(RateLimitException.class);
        assertThat(error().attempts()).isEqualTo(2);
    }

    @Test
    void totalEndsAWaitThatIsUnderWay() {
        transport.next(call -> {
            clock.advance(Duration.ofSeconds(1));
            call.json(429, "{\"error\": \"x\", \"retry_after\": 8}");
        });
        publish(builder()
                .timeouts(Timeouts.builder().total(Duration.ofSeconds(10)).build()));
        transport.next(call -> {});
        clock.advance(Duration.ofSeconds(9));
        assertThat(error())
                .isInstanceOfSatisfying(
                        GenerationTimeoutException.class,
                        e -> assertThat(e.timer()).isEqualTo(Timer.TOTAL));
        assertThat(transport.call(1).cancels()).isPositive();
    }

    @Test
    void cancelDuringAWaitReturnsAtOnceAndLeavesNoTimer() {
        transport.next(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 10}"));
        CompletableFuture<Generation> result = builder().build().generateAsync(REQUEST);
        assertThat(clock.pending()).isEqualTo(1);
        result.cancel(false);
        assertThat(clock.pending()).isZero();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }

    @Test
    void cancelDuringAWaitIsKnownToHaveCostNothing() {
        transport.next(call -> call.json(429, "{\"error\": \"x\", \"retry_after\": 10}"));
        builder().build().generateAsync(REQUEST).cancel(false);
        assertThat(listener.outcome().billingState()).isEqualTo(BillingState.NOT_CHARGED);
        assertThat(listener.outcome().error()).isNotNull().satisfies(e -> {
            assertThat(e.status()).isEqualTo(429);
            assertThat(e.attempts()).isEqualTo(1);
        });
    }

    @Test
    void anExpiredKeyIsReplacedOnce() {
        Queue<String> keys = new ArrayDeque<>(List.of("nb_old", "nb_new", "nb_newer"));
        transport.next(call -> call.json(401, EXPIRED)).next(StubTransport.StubCall::story);
        publish(builder().apiKeySupplier(keys::poll));
        clock.advance(Duration.ZERO);
        assertThat(subscriber.completed()).isTrue();
        assertThat(authorization(0)).isEqualTo("Bearer nb_old");
        assertThat(authorization(1)).isEqualTo("Bearer nb_new");
        assertThat(keys).containsExactly("nb_newer");
    }

    @Test
    void anExpiredKeyIsNotSentAgain() {
        transport.always(call -> call.json(401, EXPIRED));
        publish(builder().apiKeySupplier(() -> "nb_old"));
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(1);
        assertThat(error()).isInstanceOf(AuthenticationException.class);
        assertThat(error().billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @Test
    void aSecondExpiredKeyFailsTheCall() {
        Queue<String> keys = new ArrayDeque<>(List.of("nb_1", "nb_2", "nb_3", "nb_4"));
        transport.always(call -> call.json(401, EXPIRED));
        publish(builder().apiKeySupplier(keys::poll));
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(2);
        assertThat(error()).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void anExpiredKeyCountsAmongTheResends() {
        Queue<String> keys = new ArrayDeque<>(List.of("nb_1", "nb_1", "nb_1", "nb_2", "nb_3"));
        transport
                .next(call -> call.json(429, RATE_LIMIT))
                .next(call -> call.json(429, RATE_LIMIT))
                .next(call -> call.json(401, EXPIRED));
        publish(builder().apiKeySupplier(keys::poll));
        clock.advance(Duration.ofMinutes(1));
        assertThat(transport.calls).hasSize(3);
        assertThat(error()).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void cancelWhileAnotherKeyIsFetchedCostsNothing() {
        Queue<CompletableFuture<String>> keys =
                new ArrayDeque<>(List.of(CompletableFuture.completedFuture("nb_old"), new CompletableFuture<>()));
        transport.next(call -> call.json(401, EXPIRED));
        builder().asyncApiKeySupplier(keys::poll).build().generateAsync(REQUEST).cancel(false);
        assertThat(listener.outcome().billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @Test
    void aSupplierThatFailsForAnotherKeySaysThatNothingWasCharged() {
        Queue<String> keys = new ArrayDeque<>(List.of("nb_old"));
        transport.next(call -> call.json(401, EXPIRED));
        publish(builder().apiKeySupplier(keys::remove));
        assertThat(error()).isInstanceOf(AuthenticationException.class);
        assertThat(error().billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @Test
    void theFailureOfAnAttemptThatSucceededLaterIsForgotten() {
        transport
                .next(call -> call.json(429, RATE_LIMIT, "X-Request-Id", "req-first"))
                .next(StubTransport.StubCall::story);
        CompletableFuture<Generation> result = builder().build().generateAsync(REQUEST);
        clock.advance(Duration.ofMillis(500));
        assertThat(result.join().requestId()).isEqualTo("req-1");
    }

    private NeuralBox.Builder builder() {
        return transport.client(clock).listener(listener).random(() -> chance);
    }

    private void publish(NeuralBox.Builder builder) {
        builder.build().publish(REQUEST).subscribe(subscriber);
    }

    private NeuralBoxException error() {
        assertThat(subscriber.errors).hasSize(1);
        return (NeuralBoxException) subscriber.errors.get(0);
    }

    private String authorization(int call) {
        return transport.call(call).request.headers().get("Authorization").get(0);
    }
}
