package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.budget.LedgerTotal;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.TransportException;

/** What became of a generation: asked for by its id, settled, and awaited in another process. */
class PickUpTest {

    private static final GenerationRequest REQUEST = GenerationRequest.builder()
            .model("gpt-5")
            .prompt("Write a haiku")
            .estimatedCredits(BigDecimal.valueOf(8))
            .attribute("order", "4711")
            .build();
    private static final String COMPLETED = "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5\","
            + " \"content\": \"Once\", \"tokens_used\": 3}";
    private static final String MEDIA =
            "{\"id\": 18473, \"status\": \"completed\", \"model_slug\": \"dall-e-3\", \"result_url\": \"https://cdn/1\","
                    + " \"tokens_spent\": 3}";
    private static final String PENDING = "{\"id\": \"gen_1\", \"status\": \"pending\", \"progress\": 40}";
    private static final String FAILED = "{\"id\": \"gen_1\", \"status\": \"failed\", \"error\": \"no capacity\"}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final BudgetStore store = BudgetStore.inMemory();
    private final List<String> reserved = new CopyOnWriteArrayList<>();
    private final List<GenerationOutcome> settled = new CopyOnWriteArrayList<>();
    private final BillingLedger ledger = new BillingLedger();
    private final CreditBudget budget = budget();
    private final NeuralBox client = transport
            .client(clock)
            .budget(budget)
            .listener(ledger)
            .listener(new Ear())
            .build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void stateIsAskedForAtTheFirstDocumentedPath() {
        transport.next(call -> call.json(200, COMPLETED, "X-Request-Id", "req-7", "X-RateLimit-Remaining-Hour", "41"));
        GenerationAnswer answer = client.generation("gen_1");

        assertThat(answer)
                .isInstanceOfSatisfying(
                        GenerationAnswer.Text.class,
                        text -> assertThat(text.text()).isEqualTo("Once"));
        assertThat(answer.requestId()).isEqualTo("req-7");
        assertThat(answer.rateLimits().hourlyRemaining()).isEqualTo(41);
        assertThat(paths()).containsExactly("GET /api/v2/generate/status/gen_1");
    }

    @Test
    void otherSpellingIsReadToo() {
        transport.next(call -> call.json(200, MEDIA));

        assertThat(client.generation("18473")).isInstanceOfSatisfying(GenerationAnswer.Media.class, media -> {
            assertThat(media.url()).isEqualTo("https://cdn/1");
            assertThat(media.billing().creditsUsed()).isEqualTo("3");
        });
    }

    @Test
    void questionWhoseRefusalNamesACostIsAskedAgainBecauseItCostsNothing() {
        transport
                .next(call -> call.json(429, "{\"error\": \"rate_limit_exceeded\", \"tokens_used\": 3}"))
                .next(call -> call.json(200, COMPLETED));
        var answer = client.generationAsync("gen_1");

        clock.advance(Duration.ofSeconds(1));

        assertThat(answer).isCompleted();
    }

    @Test
    void secondDocumentedPathIsAskedAfterA404() {
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}")).next(call -> call.json(200, COMPLETED));

        assertThat(client.generation("gen/1?").id()).isEqualTo("gen_1");
        assertThat(paths())
                .containsExactly("GET /api/v2/generate/status/gen%2F1%3F", "GET /api/v2/generate/gen%2F1%3F");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 500, 502})
    void secondPathIsNotAskedAfterAnythingElse(int status) {
        transport.always(call -> call.json(status, "{\"error\": \"x\"}"));
        ApiException error = catchThrowableOfType(ApiException.class, () -> client.generation("gen_1"));

        assertThat(error.status()).isEqualTo(status);
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error.partial().id()).isEqualTo("gen_1");
        assertThat(transport.calls).hasSize(1);
    }

    /** The end named a cost, but not that it was charged, so the caller asks again. */
    @ParameterizedTest
    @ValueSource(strings = {"failed", "completed"})
    void costThatTheEndNamedIsCountedOnce(String status) {
        transport.next(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"failed\", \"tokens_used\": 7}"));
        assertThatThrownBy(() -> client.submit(REQUEST))
                .isInstanceOfSatisfying(
                        NeuralBoxException.class,
                        e -> assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN));
        transport.always(call -> call.json(
                200, "{\"id\": \"gen_1\", \"status\": \"" + status + "\", \"content\": \"x\", \"tokens_used\": 7}"));

        for (int i = 0; i < 2; i++) {
            try {
                client.generation("gen_1");
            } catch (GenerationFailedException failed) {
                assertThat(status).isEqualTo("failed");
            }
        }

        assertThat(ledger.credits()).isEqualByComparingTo("7");
        assertThat(settled).hasSize(status.equals("completed") ? 1 : 0);
    }

    /** The end named the same cost, so the first answer was no news. */
    @Test
    void billThatOneLookUpLeavesUnknownIsSettledByTheNext() {
        String failed = "{\"id\": \"gen_1\", \"status\": \"failed\", \"tokens_used\": 7}";
        transport
                .next(call -> call.json(200, failed))
                .next(call -> call.json(200, failed))
                .next(call -> call.json(
                        200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"x\", \"tokens_used\": 7}"));
        assertThatThrownBy(() -> client.submit(REQUEST)).isInstanceOf(GenerationFailedException.class);
        assertThatThrownBy(() -> client.generation("gen_1")).isInstanceOf(GenerationFailedException.class);

        var unused = client.generation("gen_1");

        assertThat(settled).hasSize(1);
        assertThat(ledger.totals())
                .singleElement()
                .extracting(LedgerTotal::unknown)
                .isEqualTo(0L);
    }

    /** Its answer had come, but the executor had not run. */
    @Test
    void pendingGenerationThatIsCancelledIsOfUnknownCharge() {
        Deque<Runnable> turns = new ArrayDeque<>();
        List<GenerationOutcome> ends = new ArrayList<>();
        try (NeuralBox other = transport
                .client(clock)
                .executor(turns::add)
                .listener(info -> ends::add)
                .build()) {
            var answer = other.submitAsync(GenerationRequest.of("gpt-5", "hello"));
            transport.call(0).json(200, PENDING);
            answer.cancel(true);
            while (!turns.isEmpty()) {
                turns.remove().run();
            }
        }
        assertThat(ends).singleElement().satisfies(end -> {
            assertThat(end.kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
            assertThat(end.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(end.id()).isEqualTo("gen_1");
        });
    }

    @Test
    void generationThatNobodyKnowsLeavesTheChargeUnknown() {
        breakAStream();
        transport.always(call -> call.json(404, "{\"error\": \"not_found\"}", "CF-Ray", "ray-1"));

        ApiException error = catchThrowableOfType(ApiException.class, () -> client.generation("gen_1"));

        assertThat(error.status()).isEqualTo(404);
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error.responseHeaders().first("cf-ray")).isEqualTo("ray-1");
        assertThat(usage()).isEqualTo(usage("0", "8"));
        assertThat(settled).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", ".."})
    void idThatIsBlankOrDotsIsRefusedByName(String id) {
        assertThatThrownBy(() -> client.generation(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id must be the id of a generation; it must not be blank, . or ..");
        assertThatThrownBy(() -> client.generationAsync(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.generationAsync(id, "r")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> GenerationAnswer.Pending.of(id)).isInstanceOf(IllegalArgumentException.class);
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void nullsAndABlankReservationAreRefusedByName() {
        assertThatThrownBy(() -> client.generation(null)).hasMessage("id");
        assertThatThrownBy(() -> client.generation("gen_1", null)).hasMessage("reservation");
        assertThatThrownBy(() -> client.generation("gen_1", " ")).hasMessage("reservation must not be blank");
        assertThatThrownBy(() -> GenerationAnswer.Pending.of("gen_1", "")).hasMessage("reservation must not be blank");
    }

    @Test
    void reservationNeedsABudget() {
        try (NeuralBox without = transport.client(clock).build()) {
            assertThatThrownBy(() -> without.generation("gen_1", "r")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> without.await(GenerationAnswer.Pending.of("gen_1", "r")))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void brokenStreamThatWasCompletedIsSettled() {
        breakAStream();
        assertThat(usage()).isEqualTo(usage("0", "8"));
        transport.next(call -> call.json(200, COMPLETED));

        client.generation("gen_1");

        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(ledger.totals()).containsExactly(total(1, 0, "3"));
        assertThat(settled).singleElement().satisfies(outcome -> {
            assertThat(outcome.billingState()).isEqualTo(BillingState.CHARGED);
            assertThat(outcome.attributes()).containsEntry("order", "4711");
            assertThat(outcome.id()).isEqualTo("gen_1");
        });
    }

    @Test
    void askingTwiceChangesNothing() {
        breakAStream();
        transport.always(call -> call.json(200, COMPLETED));

        client.generation("gen_1");
        client.generation("gen_1");
        client.generation("gen_1", reserved.get(0));

        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(ledger.totals()).containsExactly(total(1, 0, "3"));
        assertThat(settled).hasSize(1);
    }

    @Test
    void brokenStreamThatFailedIsReleased() {
        breakAStream();
        transport.always(call -> call.json(200, FAILED, "X-Request-Id", "req-7"));

        GenerationFailedException error =
                catchThrowableOfType(GenerationFailedException.class, () -> client.generation("gen_1"));

        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        assertThat(error.serviceMessage()).isEqualTo("no capacity");
        assertThat(error.partial().id()).isEqualTo("gen_1");
        assertThat(error.requestId()).isEqualTo("req-7");
        assertThat(usage()).isEqualTo(usage("0", "0"));
        assertThat(ledger.totals()).containsExactly(total(0, 0, "0"));
    }

    @Test
    void generationThatStillRunsIsPendingAndSettledWhenItIsAwaited() {
        breakAStream();
        transport.next(call -> call.json(200, PENDING));

        var pending = (GenerationAnswer.Pending) client.generation("gen_1");
        assertThat(pending.progress()).isEqualTo("40");
        assertThat(usage()).isEqualTo(usage("0", "8"));

        transport.next(call -> call.json(200, COMPLETED));
        var answer = client.awaitAsync(pending);
        clock.advance(Duration.ofSeconds(1));

        assertThat(answer.join()).isInstanceOf(GenerationAnswer.Text.class);
        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(ledger.totals()).containsExactly(total(1, 0, "3"));
    }

    @Test
    void pendingAnswerIsSettledByItsIdToo() {
        transport.next(call -> call.json(200, PENDING)).next(call -> call.json(200, COMPLETED));
        var pending = (GenerationAnswer.Pending) client.submit(REQUEST);

        client.generation("gen_1");
        transport.next(call -> call.json(200, COMPLETED));
        var again = client.awaitAsync(pending);
        clock.advance(Duration.ofSeconds(1));

        assertThat(again).isCompleted();
        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(settled).hasSize(1);
    }

    @Test
    void anotherProcessSettlesByTheNameOfTheReservation() {
        breakAStream();
        transport.always(call -> call.json(200, COMPLETED));
        BillingLedger ledgerThere = new BillingLedger();
        try (NeuralBox there =
                transport.client(clock).budget(budget()).listener(ledgerThere).build()) {
            there.generation("gen_1", reserved.get(0));
            assertThat(usage()).isEqualTo(usage("3", "0"));

            there.generation("gen_1", reserved.get(0));
        }

        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(ledgerThere.totals()).isEmpty();
    }

    @Test
    void anotherProcessReleasesWhatFailed() {
        breakAStream();
        transport.always(call -> call.json(200, FAILED));
        try (NeuralBox there = transport.client(clock).budget(budget()).build()) {
            assertThatThrownBy(() -> there.generation("gen_1", reserved.get(0)))
                    .isInstanceOf(GenerationFailedException.class);
        }

        assertThat(usage()).isEqualTo(usage("0", "0"));
    }

    @Test
    void anotherProcessKeepsTheCreditsOfAGenerationWhoseCostNobodySays() {
        breakAStream();
        transport.always(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"x\"}"));
        try (NeuralBox there = transport.client(clock).budget(budget()).build()) {
            there.generation("gen_1", reserved.get(0));
        }

        assertThat(usage()).isEqualTo(usage("0", "8"));
    }

    @Test
    void anotherProcessAwaitsByIdAndReservation() {
        transport.next(call -> call.json(200, PENDING));
        client.submit(REQUEST);
        try (NeuralBox there = transport.client(clock).budget(budget()).build()) {
            List<GenerationAnswer.Pending> progress = new CopyOnWriteArrayList<>();
            transport.next(call -> call.json(200, PENDING)).always(call -> call.json(200, COMPLETED));
            var answer = there.awaitAsync(
                    GenerationAnswer.Pending.of("gen_1", reserved.get(0)),
                    Polling.builder().onProgress(progress::add).build());
            clock.advance(Duration.ofSeconds(10));

            assertThat(answer.join()).isInstanceOf(GenerationAnswer.Text.class);
            assertThat(progress).hasSize(1);
        }
        assertThat(usage()).isEqualTo(usage("3", "0"));
    }

    @Test
    void pendingOfAnIdIsAwaitedWithoutABudgetToo() {
        GenerationAnswer.Pending pending = GenerationAnswer.Pending.of("gen_1");
        assertThat(pending.id()).isEqualTo("gen_1");
        assertThat(pending.status()).isNull();
        assertThat(pending.json()).isEmpty();
        try (NeuralBox there = transport.client(clock).build()) {
            transport.always(call -> call.json(200, MEDIA));
            var answer = there.awaitAsync(pending);
            clock.advance(Duration.ofSeconds(1));

            assertThat(answer.join()).isInstanceOf(GenerationAnswer.Media.class);
        }
    }

    @Test
    void refusedPollLeavesTheChargeUnknown() {
        transport.always(call -> call.json(403, "{\"error\": \"x\"}"));
        var answer = client.awaitAsync(GenerationAnswer.Pending.of("gen_1"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(failure(answer).billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(failure(answer).partial().id()).isEqualTo("gen_1");
    }

    @Test
    void answerThatSaysNothingIsNoState() {
        breakAStream();
        transport.always(call -> call.json(200, "{}"));

        UnexpectedResponseException error =
                catchThrowableOfType(UnexpectedResponseException.class, () -> client.generation("gen_1"));

        assertThat(error).hasMessage("the answer in JSON does not describe a generation");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(usage()).isEqualTo(usage("0", "8"));
    }

    @Test
    void pendingAnswerWithoutAnIdHasTheOneThatWasAskedFor() {
        transport.always(call -> call.json(200, "{\"status\": \"pending\"}"));

        assertThat(client.generation("gen_1").id()).isEqualTo("gen_1");
    }

    @Test
    void cancellingTheFutureCancelsTheQuestionAtEitherPath() {
        var first = client.generationAsync("gen_1");
        first.cancel(false);
        assertThat(transport.call(0).cancels()).isEqualTo(1);

        var second = client.generationAsync("gen_1");
        transport.call(1).json(404, "{\"error\": \"not_found\"}");
        second.cancel(false);
        assertThat(transport.call(2).cancels()).isEqualTo(1);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void closingTheClientEndsTheQuestion() {
        var answer = client.generationAsync("gen_1");
        client.close();

        assertThat(failure(answer)).isInstanceOfSatisfying(GenerationCancelledException.class, e -> {
            assertThat(e.reason()).isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED);
            assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
        });
    }

    @Test
    void interruptedCallerGivesTheQuestionUp() {
        Thread.currentThread().interrupt();
        GenerationCancelledException error =
                catchThrowableOfType(GenerationCancelledException.class, () -> client.generation("gen_1"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(error.reason()).isEqualTo(GenerationCancelledException.Reason.INTERRUPTED);
        assertThat(error.partial().id()).isEqualTo("gen_1");
        assertThat(transport.call(0).cancels()).isEqualTo(1);
    }

    @Test
    void eventLoopIsRefused() {
        transport.loop = Thread.currentThread();

        assertThatThrownBy(() -> client.generation("gen_1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("generationAsync");
    }

    @Test
    @Logs("a GenerationListener threw")
    void listenerThatThrowsDoesNotKeepTheAnswer() {
        GenerationListener thrower = new GenerationListener() {
            @Override
            public Observer started(GenerationInfo info) {
                return outcome -> {};
            }

            @Override
            public void settled(GenerationInfo info, GenerationOutcome outcome) {
                throw new AssertionError("scripted");
            }
        };
        try (NeuralBox other = transport.client(clock).listener(thrower).build()) {
            transport.next(call -> call.stream().start().finish()).next(call -> call.json(200, COMPLETED));
            assertThatThrownBy(() -> other.generate(REQUEST)).isInstanceOf(StreamBrokenException.class);

            assertThat(other.generation("gen_1")).isInstanceOf(GenerationAnswer.Text.class);
        }
    }

    /** The first listener asks as soon as it hears of the end, and the answer comes at once. */
    @Test
    void noListenerHearsOfALateBillBeforeItHearsOfTheEnd() {
        List<String> heard = new ArrayList<>();
        List<NeuralBox> asked = new ArrayList<>();
        GenerationListener curious = info -> outcome -> asked.get(0).generationAsync("gen_1");
        GenerationListener second = new GenerationListener() {
            @Override
            public Observer started(GenerationInfo info) {
                return outcome -> heard.add("ended");
            }

            @Override
            public void settled(GenerationInfo info, GenerationOutcome outcome) {
                heard.add("settled");
            }
        };
        try (NeuralBox other =
                transport.client(clock).listener(curious).listener(second).build()) {
            asked.add(other);
            transport.next(call -> call.stream().start().finish()).next(call -> call.json(200, COMPLETED));

            assertThatThrownBy(() -> other.generate(REQUEST)).isInstanceOf(StreamBrokenException.class);
        }

        assertThat(heard).containsExactly("ended", "settled");
    }

    @Test
    void lateAnswerOfALookupIsNotGivenOnTheTimersThread() throws Exception {
        transport.always(StubTransport.StubCall::sent);
        try (NeuralBox real = realTime()
                .timeouts(Timeouts.builder().responseHead(Duration.ofMillis(20)).build())
                .build()) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            var unused = real.generationAsync("gen_1")
                    .whenComplete((answer, error) ->
                            thread.complete(Thread.currentThread().getName()));

            assertThat(thread.get(20, TimeUnit.SECONDS)).doesNotStartWith("neuralbox-timer");
        }
    }

    @Test
    void lateEndOfAPollIsNotGivenOnTheTimersThread() throws Exception {
        try (NeuralBox real = realTime().build()) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            var unused = real.awaitAsync(
                            GenerationAnswer.Pending.of("gen_1"),
                            Polling.builder()
                                    .firstWait(Duration.ofSeconds(60))
                                    .total(Duration.ofMillis(20))
                                    .build())
                    .whenComplete((answer, error) ->
                            thread.complete(Thread.currentThread().getName()));

            assertThat(thread.get(20, TimeUnit.SECONDS)).doesNotStartWith("neuralbox-timer");
        }
    }

    /** The executor runs each task on the thread that brings it. */
    private NeuralBox.Builder realTime() {
        return NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .retryPolicy(RetryPolicy.none())
                .executor(Runnable::run);
    }

    @Test
    @Logs("the transport threw while a call was ended")
    void transportThatThrowsLeavesNoLookupUnended() {
        CompletableFuture<GenerationAnswer> answer = client.generationAsync("gen_1");
        transport.call(0).hostile = true;

        client.close();

        assertThat(answer).isCompletedExceptionally();
        assertThat(failure(answer)).isInstanceOf(GenerationCancelledException.class);
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void pollWithoutATimerFailsAndHoldsNoDrain() {
        Delayer none = new Delayer() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public Instant now() {
                return clock.now();
            }

            @Override
            public Cancellable after(long nanos, Runnable task) {
                throw new IllegalStateException("scripted");
            }
        };
        try (NeuralBox other = transport.client(clock).delayer(none).build()) {
            CompletableFuture<GenerationAnswer> answer = other.awaitAsync(GenerationAnswer.Pending.of("gen_1"));

            assertThat(answer).isCompletedExceptionally();
            assertThat(other.drainAsync(Duration.ofMinutes(1))).isCompleted();
        }
    }

    @Test
    void onlyTheLatestThousandAreRemembered() {
        for (int i = 0; i <= Bills.MOST; i++) {
            String start = "{\"type\": \"generation_start\", \"id\": \"gen_" + i + "\"}";
            transport.next(call -> call.stream().event(start).finish());
            assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(StreamBrokenException.class);
        }
        transport.always(call -> call.json(200, COMPLETED));

        client.generation("gen_0");
        assertThat(settled).isEmpty();
        client.generation("gen_1");
        client.generation("gen_" + Bills.MOST);
        assertThat(settled).hasSize(2);
    }

    @Test
    void completedGenerationIsNotCountedTwice() {
        transport.next(StubTransport.StubCall::story).next(call -> call.json(200, COMPLETED));
        client.generate(REQUEST);

        client.generation("gen_1", reserved.get(0));

        assertThat(usage()).isEqualTo(usage("3", "0"));
        assertThat(ledger.totals()).containsExactly(total(1, 0, "3"));
        assertThat(settled).isEmpty();
    }

    private void breakAStream() {
        transport.next(call -> call.stream().start().delta("On").fail(TransportException.Kind.LOST));
        NeuralBoxException broken = catchThrowableOfType(NeuralBoxException.class, () -> client.generate(REQUEST));
        assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(broken.partial().id()).isEqualTo("gen_1");
        transport.calls.clear();
    }

    private CreditBudget budget() {
        return CreditBudget.builder()
                .limit(BigDecimal.valueOf(100_000))
                .store(store)
                .listener(new BudgetListener() {
                    @Override
                    public void reserved(GenerationInfo info, String reservation, BigDecimal credits) {
                        assertThat(info.attributes()).containsEntry("order", "4711");
                        assertThat(credits).isEqualTo("8");
                        reserved.add(reservation);
                    }
                })
                .build();
    }

    private BudgetUsage usage() {
        return budget.states("default", null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage();
    }

    private static BudgetUsage usage(String spent, String unsettled) {
        return new BudgetUsage(new BigDecimal(spent), BigDecimal.ZERO, new BigDecimal(unsettled));
    }

    private static LedgerTotal total(int charged, int unknown, String credits) {
        return new LedgerTotal("gpt-5", null, java.util.Map.of(), 1, charged, unknown, new BigDecimal(credits));
    }

    private List<String> paths() {
        return transport.calls.stream()
                .map(call -> call.request.method() + " " + call.request.uri().getRawPath())
                .toList();
    }

    private static NeuralBoxException failure(CompletableFuture<?> failed) {
        return (NeuralBoxException)
                catchThrowableOfType(CompletionException.class, failed::join).getCause();
    }

    private final class Ear implements GenerationListener {

        @Override
        public Observer started(GenerationInfo info) {
            return outcome -> {};
        }

        @Override
        public void settled(GenerationInfo info, GenerationOutcome outcome) {
            settled.add(outcome);
        }
    }
}
