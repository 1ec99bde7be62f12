package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetShortage;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.budget.LedgerTotal;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;

/** What a budget lets through, what it keeps of each kind of end, and what the ledger makes of the same ends. */
class CreditBudgetTest {

    private static final BigDecimal TEN = BigDecimal.TEN;
    private static final String PENDING = "{\"id\": 1, \"status\": \"pending\"}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final BillingLedger ledger = new BillingLedger();
    private final List<String> heard = new ArrayList<>();
    private final BudgetListener ear = new BudgetListener() {
        @Override
        public void refused(GenerationInfo info, BudgetExceededException refusal) {
            heard.add("refused");
        }

        @Override
        public void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {
            heard.add(reservation);
        }

        @Override
        public void lowBalance(BigDecimal balance) {
            heard.add("low " + balance);
        }

        @Override
        public void storeFailed(Throwable error) {
            heard.add("store");
        }
    };

    @Test
    void creditsAreSetAsideBeforeTheRequestIsSent() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        NeuralBox client = client(budget);
        var unused = client.generateAsync(costing("4"));

        assertThat(transport.calls).hasSize(1);
        assertThat(usage(budget)).isEqualTo(usage("0", "4", "0"));
    }

    @Test
    void whatItDidCostTakesThePlaceOfWhatWasSetAside() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.always(StubTransport.StubCall::story);
        var unused = client(budget).generate(costing("4"));

        assertThat(usage(budget)).isEqualTo(usage("3", "0", "0"));
    }

    @Test
    void generationBeyondTheLimitIsRefusedAndNothingIsSent() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).listener(ear).build();

        assertThatThrownBy(() -> client(budget).generate(costing("10.1")))
                .isInstanceOfSatisfying(BudgetExceededException.class, e -> {
                    assertThat(e.budget()).isEqualTo("client default");
                    assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(e.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
                });
        assertThat(transport.calls).isEmpty();
        assertThat(heard).containsExactly("refused");
    }

    @Test
    void refusalThatWasNotChargedReleasesWhatWasSetAside() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.always(call -> call.json(422, "{\"error\": \"validation_error\"}"));
        assertThatThrownBy(() -> client(budget).generate(costing("4"))).isInstanceOf(ValidationException.class);

        assertThat(usage(budget)).isEqualTo(usage("0", "0", "0"));
    }

    @Test
    void unknownChargeStaysUnsettledUntilSomebodyFindsOut() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).listener(ear).build();
        transport.always(call -> call.stream().start().finish());
        assertThatThrownBy(() -> client(budget).generate(costing("8"))).isInstanceOf(StreamBrokenException.class);

        assertThat(usage(budget)).isEqualTo(usage("0", "0", "8"));
        assertThatThrownBy(() -> client(budget).generate(costing("8"))).isInstanceOf(BudgetExceededException.class);
        budget.settle(heard.get(0), BigDecimal.ZERO).toCompletableFuture().join();
        assertThat(usage(budget)).isEqualTo(usage("0", "0", "0"));
    }

    @Test
    void pendingAnswerIsSettledWhenItIsAwaited() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        NeuralBox client = client(budget);
        transport.next(call -> call.json(200, PENDING));
        GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(costing("8"));
        assertThat(usage(budget)).isEqualTo(usage("0", "0", "8"));

        transport.next(call ->
                call.json(200, "{\"id\": 1, \"status\": \"completed\", \"url\": \"https://a\", \"tokens_used\": 7}"));
        var unused = client.awaitAsync(pending, Polling.defaults());
        clock.advance(Duration.ofSeconds(1));

        assertThat(usage(budget)).isEqualTo(usage("7", "0", "0"));
        assertThat(ledger.totals())
                .containsExactly(new LedgerTotal("gpt-5", null, Map.of(), 1, 1, 0, new BigDecimal(7)));
    }

    @Test
    void pendingAnswerThatFailsReleasesWhatWasSetAside() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        NeuralBox client = client(budget);
        transport.next(call -> call.json(200, PENDING));
        GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(costing("8"));
        transport.next(call -> call.json(200, "{\"id\": 1, \"status\": \"failed\", \"error\": \"no\"}"));
        var unused = client.awaitAsync(pending, Polling.defaults());
        clock.advance(Duration.ofSeconds(1));

        assertThat(usage(budget)).isEqualTo(usage("0", "0", "0"));
    }

    @Test
    void resendingCountsOnce() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.next(call -> call.json(503, "{\"error\": \"model_unavailable\"}"));
        transport.next(StubTransport.StubCall::story);
        var result = client(budget).generateAsync(costing("6"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(result).isCompleted();
        assertThat(usage(budget)).isEqualTo(usage("3", "0", "0"));
    }

    @Test
    void highestPriceOfTheModelIsSetAsideWhereNoEstimateIsGiven() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.next(call -> call.json(200, "{\"slug\": \"gpt-5\", \"token_cost\": 3, \"max_token_cost\": 9}"));
        var unused = client(budget).generateAsync(GenerationRequest.of("gpt-5", "hello"));

        assertThat(transport.call(0).request.uri()).hasPath("/api/v2/models/gpt-5");
        assertThat(usage(budget)).isEqualTo(usage("0", "9", "0"));
    }

    @Test
    void modelWhosePriceIsNotToldIsRefused() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}"));

        assertThatThrownBy(() -> client(budget).generate(GenerationRequest.of("gpt-5", "hello")))
                .isInstanceOf(BudgetUnavailableException.class)
                .hasCauseInstanceOf(ApiException.class);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void cancelledCallReleasesACreditThatIsGrantedTooLate() {
        LateStore store = new LateStore();
        CreditBudget budget = CreditBudget.builder().limit(TEN).store(store).build();
        var result = client(budget).generateAsync(costing("4"));
        result.cancel(false);
        store.grant.complete(Optional.empty());

        assertThat(transport.calls).isEmpty();
        assertThat(store.settled).containsExactly(BigDecimal.ZERO);
    }

    @Test
    void tenantsAreHeldToLimitsOfTheirOwn() {
        CreditBudget budget = CreditBudget.builder()
                .tenantLimit(TEN, Duration.ofHours(1))
                .tenantLimit("large", BigDecimal.valueOf(20), Duration.ofHours(1))
                .build();
        NeuralBox client = client(budget);
        var small = client.generateAsync(costing("8", "small"));
        var refused = client.generateAsync(costing("8", "small"));
        var other = client.generateAsync(costing("8", "other"));
        var large = client.generateAsync(costing("18", "large"));
        var nobody = client.generateAsync(costing("99"));

        assertThat(refused).isCompletedExceptionally();
        assertThat(List.of(small, other, large, nobody)).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void limitCountsAnewWithItsWindow() {
        Instant[] now = {Instant.parse("2026-03-08T12:59:59Z")};
        CreditBudget budget = CreditBudget.builder()
                .limit(TEN, Duration.ofHours(1))
                .store(BudgetStore.inMemory(() -> now[0]))
                .build();
        NeuralBox client = client(budget);
        var unused = client.generateAsync(costing("8"));
        assertThatThrownBy(() -> client.generate(costing("8")))
                .isInstanceOfSatisfying(
                        BudgetExceededException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
        now[0] = Instant.parse("2026-03-08T13:00:00Z");

        assertThat(client.generateAsync(costing("8"))).isNotDone();
    }

    @Test
    void lowBalanceIsToldOnceUntilItRises() {
        CreditBudget budget = CreditBudget.builder()
                .lowBalance(BigDecimal.valueOf(100))
                .listener(ear)
                .build();
        NeuralBox client = client(budget);
        for (String balance : List.of("99", "98", "500", "97")) {
            transport.next(call -> call.stream()
                    .start()
                    .event("{\"type\": \"generation_end\", \"tokens_used\": 3, \"balance_remaining\": " + balance + "}")
                    .done()
                    .finish());
            var unused = client.generate(costing("1"));
        }

        assertThat(heard).containsExactly("low 99", "low 97");
    }

    @Test
    void lostStoreRefusesAndTakesBackWhatItMayHaveSetAside() {
        LostStore lost = new LostStore();
        CreditBudget budget =
                CreditBudget.builder().limit(TEN).store(lost).listener(ear).build();

        assertThatThrownBy(() -> client(budget).generate(costing("1"))).isInstanceOf(BudgetUnavailableException.class);
        assertThat(transport.calls).isEmpty();
        assertThat(lost.told).containsExactly("reserve 1", "release");
        assertThat(heard).containsExactly("store", "store");
    }

    /** A store of the application may throw, although it should fail its stage. */
    @Test
    void storeThatThrowsIsALostOne() {
        LostStore lost = new LostStore();
        lost.throwing = true;
        CreditBudget budget =
                CreditBudget.builder().limit(TEN).store(lost).listener(ear).build();

        assertThatThrownBy(() -> client(budget).generate(costing("1"))).isInstanceOf(BudgetUnavailableException.class);
        assertThat(transport.calls).isEmpty();
        assertThat(lost.told).containsExactly("reserve 1", "release");
        assertThat(heard).containsExactly("store", "store");
    }

    @Test
    void storeThatThrowsFailsTheStageOfASettlement() {
        LostStore lost = new LostStore();
        lost.throwing = true;
        CreditBudget budget =
                CreditBudget.builder().limit(TEN).store(lost).listener(ear).build();

        assertThat(budget.settle("r", BigDecimal.ONE).toCompletableFuture()).isCompletedExceptionally();
        assertThat(budget.states("default", null).toCompletableFuture()).isCompletedExceptionally();
        budget.reservation("r")
                .ended(GenerationOutcome.of(
                        null, BillingState.CHARGED, Billing.of(BigDecimal.ONE, null), 1, null, ResponseHeaders.NONE));
        assertThat(heard).containsExactly("store");
    }

    @Test
    void storeThatThrowsAndMayBeDoneWithoutRefusesNothing() {
        LostStore lost = new LostStore();
        lost.throwing = true;
        CreditBudget budget = CreditBudget.builder()
                .limit(TEN)
                .store(lost)
                .allowWithoutStore(true)
                .build();
        transport.always(StubTransport.StubCall::story);

        assertThat(client(budget).generate(costing("99")).text()).isEqualTo("Once");
        assertThat(lost.told).containsExactly("reserve 99", "anyway 99", "settle 3");
    }

    @Test
    void guardThatAnswersNothingHasGrantedNothing() {
        CreditGuard silent = (request, info, account) -> null;
        NeuralBox client = transport.client(clock).budget(silent).build();

        assertThatThrownBy(() -> client.generate(costing("1"))).isInstanceOf(BudgetUnavailableException.class);
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void lostStoreThatMayBeDoneWithoutIsToldWhatWasSpentAllTheSame() {
        LostStore lost = new LostStore();
        CreditBudget budget = CreditBudget.builder()
                .limit(TEN)
                .store(lost)
                .allowWithoutStore(true)
                .build();
        transport.always(StubTransport.StubCall::story);

        assertThat(client(budget).generate(costing("99")).text()).isEqualTo("Once");
        assertThat(lost.told).containsExactly("reserve 99", "anyway 99", "settle 3");
    }

    @Test
    void settlementThatCouldNotBeDeliveredIsToldAsUnsettled() {
        LateStore store = new LateStore();
        store.grant.complete(Optional.empty());
        store.settlement = CompletableFuture.failedFuture(new IllegalStateException("lost"));
        CreditBudget budget =
                CreditBudget.builder().limit(TEN).store(store).listener(ear).build();
        transport.always(StubTransport.StubCall::story);
        var unused = client(budget).generate(costing("4"));

        assertThat(store.settled).containsExactly(new BigDecimal(3));
        assertThat(heard).hasSize(2).last().isEqualTo("store");
    }

    @Test
    void figuresThatTheStoreDoesNotTakeAreRefusedEvenIfItMayBeDoneWithout() {
        LateStore store = new LateStore();
        store.grant.completeExceptionally(new IllegalArgumentException("too many decimals"));
        CreditBudget budget = CreditBudget.builder()
                .limit(TEN)
                .store(store)
                .allowWithoutStore(true)
                .build();

        assertThatThrownBy(() -> client(budget).generate(costing("1")))
                .isInstanceOf(BudgetUnavailableException.class)
                .hasRootCauseMessage("too many decimals");
        assertThat(store.settled).isEmpty();
    }

    @Test
    @Logs("an impossible cost of a generation")
    void costBelowZeroIsNotBelieved() {
        CreditBudget budget = CreditBudget.builder().limit(TEN).build();
        transport.always(call -> call.stream()
                .start()
                .event("{\"type\": \"generation_end\", \"tokens_used\": -50}")
                .done()
                .finish());
        var unused = client(budget).generate(costing("4"));

        assertThat(usage(budget)).isEqualTo(usage("0", "0", "4"));
    }

    /** Were the exception to get out, the credits would stay reserved, and nobody would know of it. */
    @Test
    void listenerThatThrowsWhereTheLogThrowsTooLeavesNothingReserved() {
        BudgetListener hostile = new BudgetListener() {
            @Override
            public void reserved(GenerationInfo info, String reservation, BigDecimal credits) {
                throw new IllegalStateException("hostile");
            }
        };
        CreditBudget budget =
                CreditBudget.builder().limit(TEN).listener(hostile).build();
        transport.always(StubTransport.StubCall::story);
        Logger logger = Logger.getLogger("top.neuralbox.budget");
        Handler broken = new BrokenHandler();
        logger.addHandler(broken);
        try {
            assertThat(client(budget).generate(costing("4")).text()).isEqualTo("Once");
        } finally {
            logger.removeHandler(broken);
        }

        assertThat(usage(budget)).isEqualTo(usage("3", "0", "0"));
    }

    @Test
    void ledgerAddsUpByTenantAndModelAndWritesATable() throws Exception {
        NeuralBox client = client(CreditBudget.builder().build());
        transport.next(StubTransport.StubCall::story);
        transport.next(StubTransport.StubCall::story);
        transport.next(call -> call.stream().start().finish());
        var first = client.generate(costing("1", "a \"b\""));
        var second = client.generate(costing("1", "a \"b\""));
        assertThatThrownBy(() -> client.generate(costing("1"))).isInstanceOf(StreamBrokenException.class);
        StringBuilder table = new StringBuilder();
        ledger.writeCsv(table);

        assertThat(table)
                .hasToString("tenant,model,generations,charged,unknown,credits\r\n"
                        + ",\"gpt-5\",1,0,1,0\r\n"
                        + "\"a \"\"b\"\"\",\"gpt-5\",2,2,0,6\r\n");
        assertThat(ledger.credits()).isEqualTo(new BigDecimal(6));
    }

    private NeuralBox client(CreditBudget budget) {
        return transport
                .client(clock)
                .random(() -> 1)
                .budget(budget)
                .listener(ledger)
                .build();
    }

    private static GenerationRequest costing(String credits) {
        return GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .estimatedCredits(new BigDecimal(credits))
                .build();
    }

    private static GenerationRequest costing(String credits, String tenant) {
        return GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .tenant(tenant)
                .estimatedCredits(new BigDecimal(credits))
                .build();
    }

    private static BudgetUsage usage(CreditBudget budget) {
        return budget.states("default", null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage();
    }

    private static BudgetUsage usage(String spent, String reserved, String unsettled) {
        return new BudgetUsage(new BigDecimal(spent), new BigDecimal(reserved), new BigDecimal(unsettled));
    }

    /** A handler of the application that fails. */
    private static final class BrokenHandler extends Handler {

        @Override
        public void publish(LogRecord entry) {
            throw new IllegalStateException("broken");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** A store that grants, or fails, when the test says so. */
    private static final class LateStore implements BudgetStore {

        final CompletableFuture<Optional<BudgetShortage>> grant = new CompletableFuture<>();
        final List<BigDecimal> settled = new ArrayList<>();
        CompletionStage<Void> settlement = CompletableFuture.completedFuture(null);

        @Override
        public CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines) {
            return grant;
        }

        @Override
        public CompletionStage<Void> reserveAnyway(String reservation, List<BudgetLine> lines) {
            throw new AssertionError("nobody asked for it");
        }

        @Override
        public CompletionStage<Void> settle(String reservation, BigDecimal credits) {
            settled.add(credits);
            return settlement;
        }

        @Override
        public CompletionStage<Void> release(String reservation) {
            settled.add(BigDecimal.ZERO);
            return settlement;
        }

        @Override
        public CompletionStage<Void> leaveUnsettled(String reservation) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> lower(BudgetLine line, BigDecimal left, Instant until) {
            throw new AssertionError("nobody asked for it");
        }

        @Override
        public CompletionStage<BudgetUsage> usage(BudgetLine line) {
            return CompletableFuture.completedFuture(BudgetUsage.NONE);
        }
    }

    /** A store of which nobody hears. */
    private static final class LostStore implements BudgetStore {

        final List<String> told = new ArrayList<>();
        boolean throwing;

        @Override
        public CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines) {
            return lost("reserve " + lines.get(0).amount());
        }

        @Override
        public CompletionStage<Void> reserveAnyway(String reservation, List<BudgetLine> lines) {
            return lost("anyway " + lines.get(0).amount());
        }

        @Override
        public CompletionStage<Void> settle(String reservation, BigDecimal credits) {
            return lost("settle " + credits);
        }

        @Override
        public CompletionStage<Void> release(String reservation) {
            return lost("release");
        }

        @Override
        public CompletionStage<Void> leaveUnsettled(String reservation) {
            return lost("unsettled");
        }

        @Override
        public CompletionStage<Void> lower(BudgetLine line, BigDecimal left, Instant until) {
            return lost("lower");
        }

        @Override
        public CompletionStage<BudgetUsage> usage(BudgetLine line) {
            return lost("usage");
        }

        private <T> CompletionStage<T> lost(String what) {
            told.add(what);
            if (throwing) {
                throw new IllegalStateException("lost");
            }
            return CompletableFuture.failedFuture(new IllegalStateException("lost"));
        }
    }
}
