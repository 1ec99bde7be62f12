package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import top.neuralbox.AdmissionRefusedException.Reason;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StubTransport.StubCall;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;

/** How many generations run, who waits, in which order, how long, and what is said of it. */
class AdmissionTest {

    private static final Duration WAIT = Duration.ofSeconds(10);

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final List<String> heard = new ArrayList<>();

    @Test
    void slotIsTakenAtOnceWithoutAWait() {
        NeuralBox client = client(1);

        CompletableFuture<Generation> call = call(client, null);
        transport.call(0).stream().story().finish();

        assertThat(call).isCompleted();
        assertThat(heard).isEmpty();
        assertThat(clock.pending()).isZero();
    }

    /** The caller has its future already, so nothing that blocks may keep the call from its end. */
    @Test
    void callWhoseKeySupplierBlocksAfterItsWaitEndsWithItsTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<CreditGuard.Reservation> grant = new CompletableFuture<>();
        CreditGuard guard = (request, info, account) -> grant;
        NeuralBox client = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .budget(guard)
                .apiKeySupplier(() -> {
                    asked.countDown();
                    awaitRelease(released);
                    return "nb_test";
                })
                .timeouts(Timeouts.builder().total(WAIT).build())
                .build();
        CompletableFuture<Generation> call = client.generateAsync(GenerationRequest.of("gpt-5", "hello"));
        new Thread(() -> grant.complete(outcome -> {}), "guard").start();
        try {
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            clock.advance(WAIT);
            assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(GenerationTimeoutException.class);
        } finally {
            released.countDown();
        }
    }

    private static void awaitRelease(CountDownLatch released) {
        try {
            assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void callBeyondTheSlotsIsSentWhenOneIsFree() {
        NeuralBox client = client(2);
        call(client, null);
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);
        clock.advance(Duration.ofSeconds(3));
        assertThat(transport.calls).hasSize(2);
        assertThat(heard).containsExactly("queued");

        transport.call(1).stream().story().finish();

        transport.call(2).stream().story().finish();
        assertThat(waiting).isCompleted();
        assertThat(heard).containsExactly("queued", "admitted PT3S");
    }

    @Test
    void everyEndGivesTheSlotBack() {
        List<UnaryOperator<StubCall>> ends = List.of(
                call -> call.stream().story().finish(),
                call -> call.sent().fail(TransportException.Kind.LOST),
                call -> call.json(400, "{\"error\": \"validation_error\"}"),
                call -> call.stream().start().finish());
        NeuralBox client = client(1);
        for (int i = 0; i < ends.size(); i++) {
            call(client, null);
            ends.get(i).apply(transport.call(i));
        }
        CompletableFuture<Generation> cancelled = call(client, null);
        cancelled.cancel(true);
        call(client, null);

        assertThat(transport.calls).hasSize(ends.size() + 2);
    }

    @Test
    void slotIsFreeWhenTheLastEventIsDelivered() {
        NeuralBox client = client(1, builder -> builder.maxQueued(0));
        try (GenerationStream stream = client.stream(request(null))) {
            transport.call(0).stream().start().delta("Once").end();
            for (GenerationEvent event : stream) {
                if (event instanceof GenerationEvent.End) {
                    break;
                }
            }
            call(client, null);
        }

        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void backOffKeepsTheSlot() {
        NeuralBox client = client(1);
        call(client, null);
        call(client, null);

        transport.call(0).json(503, "{\"error\": \"model_unavailable\", \"retry_after\": 5}");
        assertThat(transport.calls).hasSize(1);
        clock.advance(Duration.ofSeconds(5));
        transport.call(1).stream().story().finish();

        assertThat(transport.calls).hasSize(3);
    }

    @Test
    void fullQueueRefusesUncharged() {
        NeuralBox client = client(1, builder -> builder.maxQueued(1));
        call(client, null);
        call(client, null);

        assertRefused(call(client, null), Reason.QUEUE_FULL, Duration.ZERO);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void withoutAQueueACallIsRefusedAtOnce() {
        NeuralBox client = client(1, builder -> builder.maxQueued(0));
        call(client, null);

        assertRefused(call(client, null), Reason.QUEUE_FULL, Duration.ZERO);
    }

    @Test
    void callThatWaitsTooLongIsRefusedUncharged() {
        NeuralBox client = client(1);
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);

        clock.advance(WAIT.minusNanos(1));
        assertThat(waiting).isNotDone();
        clock.advance(Duration.ofNanos(1));

        assertRefused(waiting, Reason.WAITED_TOO_LONG, WAIT);
        assertThat(heard).containsExactly("queued");
        assertThat(clock.pending()).isZero();
    }

    @Test
    void cancelLeavesTheQueue() {
        NeuralBox client = client(1, builder -> builder.maxQueued(1));
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);

        waiting.cancel(true);
        CompletableFuture<Generation> next = call(client, null);
        transport.call(0).stream().story().finish();

        assertThat(next).isNotDone();
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void cancelWhileItWaitsIsKnownToHaveCostNothing() {
        NeuralBox client = client(1);
        call(client, null);
        GenerationStream stream = client.stream(request(null));
        clock.advance(Duration.ofSeconds(2));

        stream.cancel();

        assertThatThrownBy(() -> stream.textDeltas().forEach(piece -> {}))
                .isInstanceOfSatisfying(GenerationCancelledException.class, error -> {
                    assertThat(error.phase()).isEqualTo(Phase.QUEUED);
                    assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(error.queued()).isEqualTo(Duration.ofSeconds(2));
                });
    }

    @Test
    void failureAfterAWaitNamesTheWait() {
        NeuralBox client = client(1);
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);
        clock.advance(Duration.ofSeconds(2));
        transport.call(0).stream().story().finish();
        clock.advance(Duration.ofSeconds(5));

        transport.call(1).sent().fail(TransportException.Kind.LOST);

        assertThatThrownBy(waiting::join).cause().isInstanceOfSatisfying(NeuralBoxException.class, error -> {
            assertThat(error.phase()).isEqualTo(Phase.SENT);
            assertThat(error.queued()).isEqualTo(Duration.ofSeconds(2));
        });
    }

    @Test
    void totalRunsWhileItWaits() {
        NeuralBox client = transport
                .client(clock)
                .admission(Admission.builder(1).maxWait(Duration.ofMinutes(5)).build())
                .timeouts(Timeouts.builder().total(Duration.ofSeconds(30)).build())
                .build();
        call(client, null);
        transport.call(0).stream().start();
        CompletableFuture<Generation> waiting = call(client, null);

        clock.advance(Duration.ofSeconds(30));

        assertThatThrownBy(waiting::join)
                .cause()
                .isInstanceOfSatisfying(
                        GenerationTimeoutException.class,
                        error -> assertThat(error.phase()).isIn(Phase.QUEUED, Phase.NOT_SENT));
    }

    @Test
    void tenantsTakeTurns() {
        NeuralBox client = client(1);
        call(client, "busy");
        for (int i = 0; i < 3; i++) {
            call(client, "busy");
        }
        call(client, "quiet");
        call(client, null);

        List<String> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(running.get(i));
            transport.call(i).stream().story().finish();
        }

        assertThat(order).containsExactly("busy", "quiet", "null", "busy", "busy", "busy");
    }

    @Test
    void tenantHasItsOwnSlots() {
        NeuralBox client = client(3, builder -> builder.maxCallsPerTenant(1));
        call(client, "a");
        call(client, "a");
        call(client, "b");
        assertThat(running).containsExactly("a", "b");

        transport.call(1).stream().story().finish();
        assertThat(running).containsExactly("a", "b");
        transport.call(0).stream().story().finish();

        assertThat(running).containsExactly("a", "b", "a");
    }

    @Test
    void closeEndsTheCallsThatWait() {
        NeuralBox client = client(1);
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);

        client.close();

        assertThatThrownBy(waiting::join).cause().isInstanceOfSatisfying(GenerationCancelledException.class, error -> {
            assertThat(error.reason()).isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED);
            assertThat(error.phase()).isEqualTo(Phase.QUEUED);
        });
        assertThat(transport.calls).hasSize(1);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void drainRefusesTheCallsThatWait() {
        NeuralBox client = client(1);
        CompletableFuture<Generation> underWay = call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);

        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ofMinutes(1));

        assertRefused(waiting, Reason.DRAINING, Duration.ZERO);
        transport.call(0).stream().story().finish();
        assertThat(underWay).isCompleted();
        assertThat(drain.join()).isEqualTo(new DrainResult(1, List.of()));
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void budgetIsAskedOnlyOfCallsThatAreAdmitted() {
        AtomicInteger asked = new AtomicInteger();
        NeuralBox client = transport
                .client(clock)
                .admission(Admission.builder(1).build())
                .budget((request, info, account) -> {
                    asked.incrementAndGet();
                    return CompletableFuture.completedFuture(outcome -> {});
                })
                .build();
        call(client, null);
        call(client, null);
        assertThat(asked).hasValue(1);

        transport.call(0).stream().story().finish();

        assertThat(asked).hasValue(2);
    }

    @Test
    void callThatItsBudgetRefusesForNowWaitsWithoutASlot() {
        refuse("a", Duration.ofSeconds(4));
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));

        CompletableFuture<Generation> refused = call(client, "a");
        CompletableFuture<Generation> other = call(client, "b");
        transport.call(0).stream().story().finish();
        assertThat(other).isCompleted();
        clock.advance(Duration.ofMillis(3_999));
        assertThat(refused).isNotDone();
        assertThat(transport.calls).hasSize(1);
        clock.advance(Duration.ofMillis(1));

        transport.call(1).stream().story().finish();
        assertThat(refused).isCompleted();
        assertThat(heard).containsExactly("queued", "admitted PT4S");
        assertThat(running).containsExactly("a", "b", "a");
        assertThat(clock.pending()).isZero();
    }

    /** A store far away refuses on a thread of its own, when the call has returned. */
    @Test
    void callThatItsBudgetRefusesLaterSaysAtOnceThatItWaits() {
        CompletableFuture<CreditGuard.Reservation> answer = new CompletableFuture<>();
        later = answer;
        call(client(1, builder -> builder.waitForBudget(true)), "a");

        answer.completeExceptionally(
                new BudgetExceededException("hourly", BigDecimal.TEN, BigDecimal.ONE, Duration.ofSeconds(4)));

        assertThat(heard).containsExactly("queued");
    }

    /** The drain has to wait for it, and then to name it. */
    @Test
    void drainCountsACallThatItsBudgetRefusesMeanwhile() {
        CompletableFuture<CreditGuard.Reservation> answer = new CompletableFuture<>();
        later = answer;
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));
        CompletableFuture<Generation> call = call(client, "a");
        CompletableFuture<DrainResult> drained = client.drainAsync(Duration.ofMinutes(1));
        assertThat(drained).isNotDone();

        answer.completeExceptionally(
                new BudgetExceededException("hourly", BigDecimal.TEN, BigDecimal.ONE, Duration.ofSeconds(4)));

        assertThatThrownBy(call::join).hasCauseInstanceOf(BudgetExceededException.class);
        assertThat(drained)
                .isCompletedWithValueMatching(
                        result -> result.completed() == 1 && result.cut().isEmpty());
    }

    @Test
    void drainWaitsForTheEndOfACallWhoseBudgetRenewsTooLate() throws Exception {
        refuse("a", WAIT.plusNanos(1));
        NeuralBox client = builder(1, settings -> settings.waitForBudget(true))
                .callbacks(task -> new Thread(task, "callback").start())
                .build();
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        client.publish(request("a")).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(GenerationEvent event) {}

            @Override
            public void onError(Throwable error) {
                told.countDown();
                await(goOn);
            }

            @Override
            public void onComplete() {}
        });
        await(told);

        CompletableFuture<DrainResult> drained = client.drainAsync(Duration.ofMinutes(1));

        assertThat(drained).isNotDone();
        goOn.countDown();
        assertThat(drained).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(new DrainResult(1, List.of()));
    }

    @Test
    void drainDoesNotWaitForACallThatEndedBeforeItsBudgetRefusedIt() {
        CompletableFuture<CreditGuard.Reservation> answer = new CompletableFuture<>();
        later = answer;
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));
        call(client, "a").cancel(true);

        answer.completeExceptionally(
                new BudgetExceededException("hourly", BigDecimal.TEN, BigDecimal.ONE, Duration.ofSeconds(4)));

        assertThat(client.drainAsync(Duration.ofMinutes(1))).isCompletedWithValue(new DrainResult(0, List.of()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void budgetThatRenewsAtOnceIsAskedAgainAfterAPause() {
        refuse("a", Duration.ZERO);
        call(client(1, builder -> builder.waitForBudget(true)), "a");

        clock.advance(Duration.ofMillis(99));
        assertThat(running).containsExactly("a");
        clock.advance(Duration.ofMillis(1));
        assertThat(running).containsExactly("a", "a");
    }

    /** A clock never stands still. */
    @Test
    void callWithASlotAtOnceHasNotWaited() {
        AtomicInteger ticks = new AtomicInteger();
        NeuralBox client = builder(1, builder -> builder)
                .retryPolicy(RetryPolicy.none())
                .delayer(new Delayer() {
                    @Override
                    public long nanoTime() {
                        return ticks.incrementAndGet();
                    }

                    @Override
                    public Instant now() {
                        return clock.now();
                    }

                    @Override
                    public Cancellable after(long nanos, Runnable work) {
                        return clock.after(nanos, work);
                    }
                })
                .build();
        CompletableFuture<Generation> call = call(client, null);
        transport.call(0).sent().fail(TransportException.Kind.LOST);

        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOfSatisfying(
                        NeuralBoxException.class,
                        failure -> assertThat(failure.queued()).isZero());
    }

    /** The key may come late, and so may a connection. */
    @Test
    void callThatIsAdmittedSaysSoBeforeItHasItsKey() {
        CompletableFuture<String> key = new CompletableFuture<>();
        NeuralBox client =
                builder(1, builder -> builder).asyncApiKeySupplier(() -> key).build();
        CompletableFuture<Generation> first = call(client, "a");
        call(client, "b");
        clock.advance(Duration.ofSeconds(3));

        first.cancel(true);

        assertThat(heard).containsExactly("queued", "admitted PT3S");
    }

    @Test
    void budgetRefusesAtOnceUnlessAWaitIsAskedFor() {
        refuse("a", Duration.ofSeconds(4));

        assertOverBudget(call(client(1), "a"));
    }

    @Test
    void budgetThatRenewsTooLateRefusesAtOnce() {
        refuse("a", WAIT.plusNanos(1));

        assertOverBudget(call(client(1, builder -> builder.waitForBudget(true)), "a"));
        assertThat(clock.pending()).isZero();
    }

    @Test
    void budgetThatNeverRenewsRefusesAtOnce() {
        refuse("a", (Duration[]) null);

        assertOverBudget(call(client(1, builder -> builder.waitForBudget(true)), "a"));
    }

    @Test
    void budgetIsNotWaitedForInAFullQueue() {
        refuse("a", Duration.ofSeconds(4));

        assertOverBudget(call(client(1, builder -> builder.waitForBudget(true).maxQueued(0)), "a"));
    }

    @Test
    void waitsForTheBudgetTogetherAreNotLongerThanTheLongestWait() {
        refuse("a", Duration.ofSeconds(6), Duration.ofSeconds(6));
        CompletableFuture<Generation> call = call(client(1, builder -> builder.waitForBudget(true)), "a");

        clock.advance(Duration.ofSeconds(6));

        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(BudgetExceededException.class, refusal -> {
            assertThat(refusal.queued()).isEqualTo(Duration.ofSeconds(6));
            assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(6));
        });
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void callThatFindsNoSlotAfterItsBudgetRenewedWaitsNoLongerThanTheLongestWait() {
        refuse("a", Duration.ofSeconds(6));
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));
        CompletableFuture<Generation> refused = call(client, "a");
        call(client, "b");

        clock.advance(WAIT);

        assertRefused(refused, Reason.WAITED_TOO_LONG, WAIT);
    }

    @Test
    void cancelEndsTheWaitForABudget() {
        refuse("a", Duration.ofSeconds(4));
        NeuralBox client = client(1, builder -> builder.waitForBudget(true).maxQueued(1));
        CompletableFuture<Generation> refused = call(client, "a");

        refused.cancel(true);

        assertThat(clock.pending()).isZero();
        clock.advance(WAIT);
        assertThat(transport.calls).isEmpty();
        call(client, "b");
        CompletableFuture<Generation> queued = call(client, "c");
        assertThat(queued).isNotDone();
    }

    @Test
    void drainRefusesTheCallsThatWaitForABudget() {
        refuse("a", Duration.ofSeconds(4));
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));
        CompletableFuture<Generation> refused = call(client, "a");

        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ofMinutes(1));

        assertRefused(refused, Reason.DRAINING, Duration.ZERO);
        assertThat(drain.join()).isEqualTo(new DrainResult(0, List.of()));
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void closeEndsTheCallsThatWaitForABudget() {
        refuse("a", Duration.ofSeconds(4));
        NeuralBox client = client(1, builder -> builder.waitForBudget(true));
        CompletableFuture<Generation> refused = call(client, "a");

        client.close();

        assertThatThrownBy(refused::join).cause().isInstanceOf(GenerationCancelledException.class);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void callThatFindsNoTimerForItsWaitFailsAndTakesNoSlot() {
        NeuralBox client = withFailingTimers(builder -> builder);
        call(client, null);
        noTimers = true;

        CompletableFuture<Generation> unwatched = call(client, null);

        assertNoTimer(unwatched);
        noTimers = false;
        transport.call(0).stream().story().finish();
        call(client, null);
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void callThatFindsNoTimerForItsBudgetFailsAndTakesNoSlot() {
        refuse("a", Duration.ofSeconds(4));
        NeuralBox client =
                withFailingTimers(builder -> builder.waitForBudget(true).maxQueued(1));
        noTimers = true;

        assertNoTimer(call(client, "a"));

        noTimers = false;
        call(client, "b");
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void callEndsIfItsAdmissionAfterAWaitThrows() {
        NeuralBox client = client(1);
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);
        failing = new InternalError("scripted");

        transport.call(0).stream().story().finish();

        assertThat(waiting).failsWithin(WAIT).withThrowableOfType(ExecutionException.class);
        failing = null;
        call(client, null);
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void budgetAndKeyAreAskedInTheContextOfTheCallerAfterAWait() {
        ThreadLocal<String> tenant = new ThreadLocal<>();
        List<String> seen = new CopyOnWriteArrayList<>();
        NeuralBox client = transport
                .client(clock)
                .admission(Admission.builder(1).build())
                .context(() -> {
                    String captured = tenant.get();
                    return () -> {
                        String before = tenant.get();
                        tenant.set(captured);
                        return () -> tenant.set(before);
                    };
                })
                .apiKeySupplier(() -> {
                    seen.add("key for " + tenant.get());
                    return "nb_test";
                })
                .budget((request, info, account) -> {
                    seen.add("budget of " + tenant.get());
                    return CompletableFuture.completedFuture(outcome -> {});
                })
                .build();
        tenant.set("a");
        call(client, null);
        tenant.set("b");
        call(client, null);
        tenant.remove();

        transport.call(0).stream().story().finish();

        assertThat(seen).containsExactly("budget of a", "key for a", "budget of b", "key for b");
    }

    @Test
    void closeEndsACallInTheQueueWhoseExecutorDropsTasks() {
        Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
        NeuralBox client = transport
                .client(clock)
                .admission(Admission.builder(1).build())
                .executor(task -> {})
                .callbacks(callbacks::add)
                .build();
        call(client, null);
        CompletableFuture<Generation> waiting = call(client, null);

        client.close();
        for (Runnable task = callbacks.poll(); task != null; task = callbacks.poll()) {
            task.run();
        }

        assertThat(waiting).isCompletedExceptionally();
    }

    @Test
    void impossibleSettingsAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.builder(0))
                .withMessageContaining("maxCalls");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.builder(1).maxCallsPerTenant(0))
                .withMessageContaining("maxCallsPerTenant");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.builder(1).maxQueued(-1))
                .withMessageContaining("maxQueued");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.builder(1).maxWait(Duration.ZERO))
                .withMessageContaining("maxWait");
    }

    private final List<String> running = new ArrayList<>();

    /** When the budget of each tenant renews, for each of its next refusals. */
    private final Map<String, Queue<Optional<Duration>>> refusals = new HashMap<>();

    private void refuse(String tenant, Duration... renewals) {
        Queue<Optional<Duration>> all = refusals.computeIfAbsent(tenant, key -> new ArrayDeque<>());
        if (renewals == null) {
            all.add(Optional.empty());
        } else {
            Stream.of(renewals).map(Optional::of).forEach(all::add);
        }
    }

    private CompletionStage<CreditGuard.Reservation> reserve(String tenant) {
        Error error = failing;
        if (error != null) {
            return new CompletableFuture<CreditGuard.Reservation>() {
                @Override
                public CompletableFuture<CreditGuard.Reservation> whenComplete(
                        BiConsumer<? super CreditGuard.Reservation, ? super Throwable> action) {
                    throw error;
                }
            };
        }
        CompletableFuture<CreditGuard.Reservation> answer = later;
        if (answer != null) {
            later = null;
            return answer;
        }
        Queue<Optional<Duration>> all = refusals.getOrDefault(tenant, new ArrayDeque<>());
        if (all.isEmpty()) {
            return CompletableFuture.completedFuture(outcome -> {});
        }
        return CompletableFuture.failedFuture(new BudgetExceededException(
                "hourly", BigDecimal.TEN, BigDecimal.ONE, all.remove().orElse(null)));
    }

    private void assertOverBudget(CompletableFuture<Generation> call) {
        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(BudgetExceededException.class, refusal -> {
            assertThat(refusal.billingState()).isEqualTo(BillingState.NOT_CHARGED);
            assertThat(refusal.queued()).isEqualTo(Duration.ZERO);
        });
        assertThat(heard).isEmpty();
        assertThat(transport.calls).isEmpty();
    }

    private @Nullable Error failing;

    /** The answer to the next reservation, if the test gives it later. */
    private @Nullable CompletableFuture<CreditGuard.Reservation> later;

    private boolean noTimers;

    /** A client with one slot. */
    private NeuralBox withFailingTimers(UnaryOperator<Admission.Builder> settings) {
        return builder(1, settings)
                .delayer(new Delayer() {
                    @Override
                    public long nanoTime() {
                        return clock.nanoTime();
                    }

                    @Override
                    public Instant now() {
                        return clock.now();
                    }

                    @Override
                    public Cancellable after(long nanos, Runnable work) {
                        if (noTimers) {
                            throw new IllegalStateException("no thread can be made");
                        }
                        return clock.after(nanos, work);
                    }
                })
                .build();
    }

    private static void assertNoTimer(CompletableFuture<Generation> call) {
        assertThat(call)
                .failsWithin(WAIT)
                .withThrowableOfType(ExecutionException.class)
                .havingRootCause()
                .withMessage("no thread can be made");
    }

    private NeuralBox client(int slots) {
        return client(slots, builder -> builder);
    }

    private NeuralBox client(int slots, UnaryOperator<Admission.Builder> settings) {
        return builder(slots, settings).build();
    }

    private NeuralBox.Builder builder(int slots, UnaryOperator<Admission.Builder> settings) {
        return transport
                .client(clock)
                .admission(
                        settings.apply(Admission.builder(slots).maxWait(WAIT)).build())
                .retryPolicy(RetryPolicy.builder().maxRetries(1).build())
                .listener(info -> new GenerationListener.Observer() {
                    @Override
                    public void queued() {
                        heard.add("queued");
                    }

                    @Override
                    public void admitted(Duration wait) {
                        heard.add("admitted " + wait);
                    }

                    @Override
                    public void ended(GenerationOutcome outcome) {}
                })
                .budget((request, info, account) -> {
                    running.add(String.valueOf(info.tenant()));
                    return reserve(String.valueOf(info.tenant()));
                });
    }

    private static CompletableFuture<Generation> call(NeuralBox client, String tenant) {
        return client.generateAsync(request(tenant));
    }

    private static GenerationRequest request(String tenant) {
        GenerationRequest.Builder builder =
                GenerationRequest.builder().model("gpt-5").prompt("hello");
        return tenant == null ? builder.build() : builder.tenant(tenant).build();
    }

    private static void assertRefused(CompletableFuture<Generation> call, Reason reason, Duration queued) {
        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(AdmissionRefusedException.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.phase()).isEqualTo(Phase.QUEUED);
            assertThat(refusal.billingState()).isEqualTo(BillingState.NOT_CHARGED);
            assertThat(refusal.queued()).isEqualTo(queued);
            if (reason == Reason.DRAINING) {
                assertThat(refusal.retryAfter()).isNull();
            } else {
                assertThat(refusal.retryAfter()).isEqualTo(WAIT);
            }
        });
    }
}
