package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509KeyManager;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.faults.servers.Exchange;
import top.neuralbox.faults.servers.PlannedServer;
import top.neuralbox.faults.servers.ServerPlan;
import top.neuralbox.testkit.RecordingSubscriber;

/** A client against one planned server. Closing it asserts the facts that hold for every server. */
final class Trial implements AutoCloseable {

    /** Read once: that takes longer than many a trial. */
    private static final X509KeyManager KEYS = Certificates.ALL.serverKeyManager();

    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int LOOKS_A_STEP = 50;

    /** More than any wait for what follows the end of a generation, and less than every time-out of one. */
    private static final Duration MOST = Duration.ofSeconds(30);

    private final ServerPlan plan;
    private final PlannedServer server;
    private final FaultClock clock = new FaultClock();
    private final Ledger ledger = new Ledger();
    private final NeuralBox client;
    private final List<Call> calls = new ArrayList<>();

    Trial(Carrier carrier, ServerPlan plan) {
        SecretWatch.begin();
        this.plan = plan;
        this.server = PlannedServer.start(KEYS, plan);
        NeuralBox.Builder builder = NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .baseUri(server.uri())
                .transport(plan.callers().oneConnection() ? carrier.sharedWithOneConnection() : carrier.shared())
                .listener(ledger);
        this.client = clock.drive(builder).build();
    }

    /** Starts the generation of one caller, whose response goes on behind its pause once the caller has the events. */
    Call start(int caller) {
        return start(caller, plan.answers().get(caller).stallAfter());
    }

    /** Starts one whose response goes on behind its pause when {@link Exchange#goOn} is called. */
    Call startHeld(int caller) {
        return start(caller, 0);
    }

    /**
     * Waits until a client whose call has ended keeps nothing of it, while all waits pass that follow the end. One of them may
     * begin late, on another thread than the one that told the caller.
     */
    void awaitReleased(Call call) {
        AtomicInteger looks = new AtomicInteger();
        FaultClock.await("the end of the broken exchange", () -> {
            if (looks.getAndIncrement() % LOOKS_A_STEP == 0) {
                clock.advance(MOST);
            }
            return call.exchange.isReleased();
        });
    }

    @Override
    public void close() throws InterruptedException {
        try (server;
                clock) {
            client.close();
            server.awaitNoConnections();
            server.assertNoDefect();
            ledger.assertEachGenerationEndedOnce();
            // Fails if a subscriber got a second terminal signal, or anything after the first.
            calls.forEach(call -> call.kept.awaitSubscription());
            clock.advance(MOST);
            FaultClock.await("the end of all timers", () -> clock.pending() == 0);
            SecretWatch.assertNothingLeaked();
        } finally {
            client.close();
        }
    }

    private Call start(int caller, int goOnAfter) {
        Call call = new Call(server.exchange(caller), goOnAfter);
        calls.add(call);
        client.publish(GenerationRequest.of("gpt-5", call.exchange.story().prompt()))
                .subscribe(call);
        return call;
    }

    /** One generation. */
    final class Call implements Flow.Subscriber<GenerationEvent> {

        private final Exchange exchange;
        private final int goOnAfter;
        private final RecordingSubscriber<GenerationEvent> kept = RecordingSubscriber.unbounded();
        private int seen;
        private volatile Throwable error;

        private Call(Exchange exchange, int goOnAfter) {
            this.exchange = exchange;
            this.goOnAfter = goOnAfter;
        }

        Exchange exchange() {
            return exchange;
        }

        List<GenerationEvent> events() {
            return kept.items();
        }

        String text() {
            return FaultRow.text(kept.items());
        }

        /** Waits for the end while the clock moves on a little; what ended it, or null if it completed. */
        Throwable awaitEnd() {
            AtomicInteger looks = new AtomicInteger();
            int most = (int) MOST.dividedBy(STEP);
            FaultClock.await("the end of caller " + exchange.story().caller(), () -> {
                if (kept.isTerminated()) {
                    return true;
                }
                int look = looks.incrementAndGet();
                if (look % LOOKS_A_STEP == 0 && look / LOOKS_A_STEP <= most) {
                    clock.advance(STEP);
                }
                return false;
            });
            exchange.goOn();
            return error;
        }

        /** Waits until the caller has every event before the pause. */
        void awaitPause() {
            int events = plan.answers().get(exchange.story().caller()).stallAfter();
            FaultClock.await("event " + events, () -> kept.items().size() >= events);
        }

        /** Cancels when the plan says so: about as the response ends. */
        void goOnAndCancel() {
            long at = System.nanoTime()
                    + TimeUnit.MICROSECONDS.toNanos(plan.callers().cancelAfterMicros());
            exchange.goOn();
            while (System.nanoTime() < at) {
                Thread.onSpinWait();
            }
            kept.awaitSubscription().cancel();
        }

        /** Waits for the end, which is to be a completion. */
        List<GenerationEvent> awaitCompletion() {
            Throwable failure = awaitEnd();
            assertThat(failure)
                    .as(() -> "failure of caller " + exchange.story().caller() + ": " + Traces.of(failure))
                    .isNull();
            return kept.items();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            kept.onSubscribe(subscription);
        }

        @Override
        public void onNext(GenerationEvent event) {
            kept.onNext(event);
            seen++;
            if (seen == goOnAfter) {
                exchange.goOn();
            }
        }

        @Override
        public void onError(Throwable failure) {
            error = failure;
            kept.onError(failure);
        }

        @Override
        public void onComplete() {
            kept.onComplete();
        }
    }
}
