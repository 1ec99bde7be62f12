package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.TransportException;

/** What counts as a request, what happens at the limit, and what the budget learns from the service. */
class RequestLimitTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant BEGIN = Instant.parse("2026-03-08T12:00:00Z");
    private static final String PENDING = "{\"id\": 1, \"status\": \"pending\"}";
    private static final String UNAVAILABLE = "{\"error\": \"model_unavailable\"}";
    private static final GenerationRequest REQUEST = GenerationRequest.builder()
            .model("gpt-5")
            .prompt("hello")
            .estimatedCredits(BigDecimal.valueOf(4))
            .build();

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final List<String> heard = new ArrayList<>();
    private Instant now = BEGIN;
    private final BudgetStore store = BudgetStore.inMemory(() -> now);
    private final CreditBudget budget = budget(3);

    @Test
    void requestIsReservedWithItsCreditsAndSpentOnceTheCallEnded() {
        var unused = client().generateAsync(REQUEST);
        assertThat(requests()).isEqualTo(usage(0, 1, 0));
        assertThat(credits()).isEqualTo(usage(0, 4, 0));

        transport.call(0).story();
        assertThat(requests()).isEqualTo(usage(1, 0, 0));
        assertThat(credits()).isEqualTo(usage(3, 0, 0));
    }

    @Test
    void atTheLimitNothingIsSentAndTheRefusalSaysWhenTheWindowRenews() {
        transport.always(StubTransport.StubCall::story);
        NeuralBox client = client();
        for (int i = 0; i < 3; i++) {
            var unused = client.generate(REQUEST);
        }
        now = BEGIN.plusSeconds(600);

        assertThatThrownBy(() -> client.generate(REQUEST))
                .isInstanceOfSatisfying(BudgetExceededException.class, e -> {
                    assertThat(e.unit()).isEqualTo(BudgetUnit.REQUESTS);
                    assertThat(e.limit()).isEqualByComparingTo("3");
                    assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(e.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
                    assertThat(e.retryAfter()).isEqualTo(Duration.ofMinutes(50));
                })
                .hasMessage("the limit of 3 requests in PT1H of client default is reached; the request was not sent");
        assertThat(transport.calls).hasSize(3);
        assertThat(credits()).isEqualTo(usage(9, 0, 0));
        assertThat(heard).containsExactly("refused gpt-5");
        now = BEGIN.plus(HOUR);
        assertThat(client.generate(REQUEST).text()).isEqualTo("Once");
    }

    @Test
    void eachResendCounts() {
        transport.next(call -> call.json(503, UNAVAILABLE));
        transport.next(StubTransport.StubCall::story);
        var result = client().generateAsync(REQUEST);
        clock.advance(Duration.ofSeconds(1));

        assertThat(result).isCompleted();
        assertThat(requests()).isEqualTo(usage(2, 0, 0));
        assertThat(credits()).isEqualTo(usage(3, 0, 0));
    }

    @Test
    void resendBeyondTheLimitIsRefusedAndWhatWasSentCounts() {
        CreditBudget tight = budget(1);
        transport.always(call -> call.json(503, UNAVAILABLE));
        var result = client(tight).generateAsync(REQUEST);
        clock.advance(Duration.ofSeconds(1));

        assertThat(result)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .satisfies(cause -> {
                    BudgetExceededException e = (BudgetExceededException) cause;
                    assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(e.retryAfter()).isEqualTo(HOUR);
                    assertThat(e.attempts()).isEqualTo(2);
                    assertThat(e.waited()).isPositive();
                });
        assertThat(transport.calls).hasSize(1);
        assertThat(requests()).isEqualTo(usage(1, 0, 0));
        assertThat(credits()).isEqualTo(usage(0, 0, 0));
    }

    @Test
    void attemptThatWasNotSentDoesNotCount() {
        transport.next(call -> call.fail(TransportException.Kind.REFUSED));
        transport.next(StubTransport.StubCall::story);
        var result = client().generateAsync(REQUEST);
        clock.advance(Duration.ofSeconds(1));

        assertThat(result).isCompleted();
        assertThat(transport.calls).hasSize(2);
        assertThat(requests()).isEqualTo(usage(1, 0, 0));
    }

    @Test
    void generationThatWasNeverSentGivesItsRequestBack() {
        transport.always(call -> call.fail(TransportException.Kind.REFUSED));
        NeuralBox client = transport
                .client(clock)
                .budget(budget)
                .retryPolicy(RetryPolicy.none())
                .build();

        assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(ConnectionException.class);
        assertThat(requests()).isEqualTo(usage(0, 0, 0));
    }

    @Test
    void cancelBeforeTheRequestIsWrittenGivesItBackAndOneAfterDoesNot() {
        var queued = client().generateAsync(REQUEST);
        queued.cancel(false);
        assertThat(requests()).isEqualTo(usage(0, 0, 0));
        var sent = client().generateAsync(REQUEST);
        transport.call(1).sent();
        sent.cancel(false);

        assertThat(requests()).isEqualTo(usage(1, 0, 0));
        assertThat(credits()).isEqualTo(usage(0, 0, 4));
    }

    @Test
    void refusalOfTheServiceIsFreeAndCountsAsARequest() {
        transport.always(call -> call.json(422, "{\"error\": \"validation_error\"}"));

        assertThatThrownBy(() -> client().generate(REQUEST)).isInstanceOf(ValidationException.class);
        assertThat(requests()).isEqualTo(usage(1, 0, 0));
        assertThat(credits()).isEqualTo(usage(0, 0, 0));
    }

    @Test
    void unknownChargeLeavesCreditsUnsettledAndTheRequestSpent() {
        transport.always(call -> call.stream().start().finish());

        assertThatThrownBy(() -> client().generate(REQUEST)).isInstanceOf(StreamBrokenException.class);
        assertThat(requests()).isEqualTo(usage(1, 0, 0));
        assertThat(credits()).isEqualTo(usage(0, 0, 4));
    }

    @Test
    void questionsToTheAccountCountAndThoseFromItsCacheDoNot() {
        Account account = client().account();
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}"));
        transport.next(call -> call.json(200, "{\"token_balance\": 5}"));
        var first = account.balance();
        var cached = account.balance();
        assertThat(requests()).isEqualTo(usage(2, 0, 0));
        transport.next(call -> call.json(200, "{\"slug\": \"gpt-5\"}"));
        var model = account.model("gpt-5");

        assertThat(requests()).isEqualTo(usage(3, 0, 0));
        assertThatThrownBy(() -> account.model("dall-e-3")).isInstanceOf(BudgetExceededException.class);
        assertThat(transport.calls).hasSize(3);
        assertThat(heard).containsExactly("refused null");
    }

    @Test
    void questionThatWasNotSentDoesNotCount() {
        transport.always(call -> call.fail(TransportException.Kind.REFUSED));
        var balance = client().account().balanceAsync();
        clock.advance(Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(2));

        assertThat(balance).isCompletedExceptionally();
        assertThat(transport.calls).hasSize(3);
        assertThat(requests()).isEqualTo(usage(0, 0, 0));
    }

    @Test
    void lookUpOfAPriceIsRefusedAsTheGenerationIs() {
        CreditBudget none = budget(0);

        assertThatThrownBy(() -> client(none).generate(GenerationRequest.of("gpt-5", "hello")))
                .isInstanceOfSatisfying(
                        BudgetExceededException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(HOUR));
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void pollsCountAndOneAtTheLimitWaitsForTheNextWindow() {
        NeuralBox client = client(budget(2));
        transport.always(call -> call.json(200, PENDING));
        GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(REQUEST);
        var unused = client.awaitAsync(
                pending, Polling.builder().total(Duration.ofDays(1)).build());
        clock.advance(Duration.ofSeconds(1));
        assertThat(requests()).isEqualTo(usage(2, 0, 0));

        for (int i = 0; i < 30; i++) {
            clock.advance(Duration.ofSeconds(30));
        }
        assertThat(transport.calls).hasSize(2);
        assertThat(heard).containsExactly("unsettled", "refused null");
        now = BEGIN.plus(HOUR);
        clock.advance(HOUR);
        // As many as the next window has.
        assertThat(transport.calls).hasSize(4);
    }

    @Test
    void pollsCountForTheTenantOfTheGeneration() {
        CreditBudget tenants =
                CreditBudget.builder().tenantRequestLimit(2, HOUR).store(store).build();
        NeuralBox client = client(tenants);
        transport.always(call -> call.json(200, PENDING));
        GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .tenant("acme")
                .build());
        var unused = client.awaitAsync(pending);
        clock.advance(Duration.ofSeconds(1));

        assertThat(tenants.states("default", "acme").toCompletableFuture().join())
                .singleElement()
                .satisfies(state -> assertThat(state.usage()).isEqualTo(usage(2, 0, 0)));
    }

    /** The client still knows whose generation it was, although the caller has only its id. */
    @Test
    void pollsByIdCountForTheTenantOfTheGeneration() {
        CreditBudget tenants =
                CreditBudget.builder().tenantRequestLimit(2, HOUR).store(store).build();
        NeuralBox client = client(tenants);
        transport
                .next(call -> call.stream().start().fail(TransportException.Kind.LOST))
                .always(call -> call.json(200, PENDING));
        assertThatThrownBy(() -> client.generate(GenerationRequest.builder()
                        .model("gpt-5")
                        .prompt("hello")
                        .tenant("acme")
                        .build()))
                .isInstanceOf(StreamBrokenException.class);

        var unused = client.awaitAsync(GenerationAnswer.Pending.of("gen_1"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(tenants.states("default", "acme").toCompletableFuture().join())
                .singleElement()
                .satisfies(state -> assertThat(state.usage()).isEqualTo(usage(2, 0, 0)));
    }

    @Test
    void serviceThatHasLessLeftIsBelievedUntilItCountsAnew() {
        NeuralBox client = client(budget(100));
        long reset = BEGIN.plusSeconds(900).getEpochSecond();
        transport.next(call -> call.json(
                422, "{}", "X-RateLimit-Remaining-Hour", "1", "X-RateLimit-Reset-Hour", String.valueOf(reset)));
        assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(ValidationException.class);
        transport.always(StubTransport.StubCall::story);
        var last = client.generate(REQUEST);

        assertThatThrownBy(() -> client.generate(REQUEST))
                .isInstanceOfSatisfying(
                        BudgetExceededException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(900)));
        assertThat(requests().elsewhere()).isEqualByComparingTo("98");
        now = BEGIN.plusSeconds(900);
        assertThat(client.generate(REQUEST).text()).isEqualTo("Once");
    }

    @Test
    void figuresOfTheDayLowerTheLimitOfTheDayAndThatOfATenantStaysAsItIs() {
        CreditBudget days = CreditBudget.builder()
                .requestLimit(1_000, Duration.ofDays(1))
                .requestLimit(1_000, Duration.ofMinutes(1))
                .tenantRequestLimit(1_000, Duration.ofDays(1))
                .store(store)
                .build();
        transport.always(
                call -> call.json(422, "{}", "X-RateLimit-Remaining-Day", "7", "X-RateLimit-Remaining-Hour", "2"));
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .tenant("acme")
                .build();
        assertThatThrownBy(() -> client(days).generate(request)).isInstanceOf(ValidationException.class);

        assertThat(days.states("default", "acme").toCompletableFuture().join())
                .extracting(state -> state.usage().elsewhere().intValueExact())
                .containsExactly(992, 0, 0);
    }

    @Test
    void budgetOfRequestsAloneAsksForNoPriceAndLeavesNothingUnsettled() {
        CreditBudget requestsOnly = CreditBudget.builder()
                .requestLimit(2, HOUR)
                .store(store)
                .listener(ear())
                .build();
        transport.always(call -> call.stream().start().finish());
        NeuralBox client = client(requestsOnly);

        assertThatThrownBy(() -> client.generate(GenerationRequest.of("gpt-5", "hello")))
                .isInstanceOf(StreamBrokenException.class);
        assertThat(transport.calls).hasSize(1);
        assertThat(requests(requestsOnly)).isEqualTo(usage(1, 0, 0));
        assertThat(heard).isEmpty();
    }

    @Test
    void requestsBelowZeroAreRefusedByName() {
        assertThatThrownBy(() -> CreditBudget.builder().requestLimit(-1, HOUR))
                .hasMessage("requests must not be negative: -1");
    }

    @Test
    void permitThatComesAfterTheCancelIsGivenBack() {
        LateGuard guard = new LateGuard();
        NeuralBox client = transport.client(clock).budget(guard).build();
        var balance = client.account().balanceAsync();
        balance.cancel(false);
        client.close();
        guard.permit.complete(guard);

        assertThat(transport.calls).isEmpty();
        assertThat(guard.told).containsExactly("not sent");
    }

    /** If it counted as not charged, a caller would send the generation again. */
    @Test
    void refusedQuestionSaysNothingAboutTheBillOfItsGeneration() {
        transport.always(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"processing\"}"));
        NeuralBox client = client(budget(1));
        client.generation("gen_1");

        assertThatThrownBy(() -> client.generation("gen_1"))
                .isInstanceOfSatisfying(BudgetExceededException.class, e -> {
                    assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
                    assertThat(e.partial().id()).isEqualTo("gen_1");
                });
        assertThatThrownBy(() -> client.account().balance())
                .isInstanceOfSatisfying(
                        BudgetExceededException.class,
                        e -> assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED));
    }

    @Test
    void questionThatABudgetCannotDecideSaysNothingAboutTheBillOfItsGeneration() {
        LateGuard guard = new LateGuard();
        guard.permit.completeExceptionally(new IllegalStateException("mine"));
        NeuralBox client = transport.client(clock).budget(guard).build();

        assertThatThrownBy(() -> client.generation("gen_1"))
                .isInstanceOfSatisfying(
                        BudgetUnavailableException.class,
                        e -> assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN));
    }

    @Test
    void guardThatThrowsOrFailsRefusesAndNothingIsSent() {
        CreditGuard throwing = new CreditGuard() {
            @Override
            public CompletionStage<Reservation> reserve(
                    GenerationRequest request, GenerationInfo info, Account account) {
                return CompletableFuture.completedFuture(outcome -> {});
            }

            @Override
            public CompletionStage<RequestPermit> reserveRequest(GenerationInfo info) {
                throw new IllegalStateException("mine");
            }
        };
        NeuralBox client = transport.client(clock).budget(throwing).build();
        assertThatThrownBy(() -> client.account().balance())
                .isInstanceOf(BudgetUnavailableException.class)
                .hasRootCauseMessage("mine");
        assertThat(transport.calls).isEmpty();
        transport.always(StubTransport.StubCall::story);

        assertThat(client.generate(REQUEST).text()).isEqualTo("Once");
    }

    @Test
    @Logs("a CreditGuard threw")
    void permitThatThrowsChangesNothing() {
        LateGuard guard = new LateGuard();
        guard.throwing = true;
        guard.permit.complete(guard);
        transport.always(call -> call.json(200, "{\"token_balance\": 5}"));
        NeuralBox client = transport.client(clock).budget(guard).build();

        assertThat(client.account().balance().credits()).isEqualTo("5");
        assertThat(guard.told).containsExactly("sent", "answered");
    }

    private CreditBudget budget(long requests) {
        return CreditBudget.builder()
                .limit(BigDecimal.valueOf(100))
                .requestLimit(requests, HOUR)
                .store(store)
                .listener(ear())
                .build();
    }

    private BudgetListener ear() {
        return new BudgetListener() {
            @Override
            public void refused(GenerationInfo info, BudgetExceededException refusal) {
                heard.add("refused " + info.model());
            }

            @Override
            public void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {
                heard.add("unsettled");
            }
        };
    }

    private NeuralBox client() {
        return client(budget);
    }

    private NeuralBox client(CreditBudget budget) {
        return transport.client(clock).random(() -> 1).budget(budget).build();
    }

    private BudgetUsage credits() {
        return budget.states("default", null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage();
    }

    private BudgetUsage requests() {
        return budget.states("default", null)
                .toCompletableFuture()
                .join()
                .get(1)
                .usage();
    }

    private static BudgetUsage requests(CreditBudget alone) {
        return alone.states("default", null).toCompletableFuture().join().get(0).usage();
    }

    private static BudgetUsage usage(int spent, int reserved, int unsettled) {
        return new BudgetUsage(BigDecimal.valueOf(spent), BigDecimal.valueOf(reserved), BigDecimal.valueOf(unsettled));
    }

    /** A guard that gives a permit when the test says so, and the permit itself. */
    private static final class LateGuard implements CreditGuard, CreditGuard.RequestPermit {

        final CompletableFuture<CreditGuard.RequestPermit> permit = new CompletableFuture<>();
        final List<String> told = new ArrayList<>();
        boolean throwing;

        @Override
        public CompletionStage<Reservation> reserve(GenerationRequest request, GenerationInfo info, Account account) {
            throw new AssertionError("nobody asked for it");
        }

        @Override
        public CompletionStage<CreditGuard.RequestPermit> reserveRequest(GenerationInfo info) {
            return permit;
        }

        @Override
        public void sent() {
            tell("sent");
        }

        @Override
        public void notSent() {
            tell("not sent");
        }

        @Override
        public void answered(RateLimits limits) {
            tell("answered");
        }

        private void tell(String what) {
            told.add(what);
            if (throwing) {
                throw new IllegalStateException("a permit's own");
            }
        }
    }
}
