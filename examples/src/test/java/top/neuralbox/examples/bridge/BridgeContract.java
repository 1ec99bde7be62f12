package top.neuralbox.examples.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationEvent;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** What a generation keeps on its way through a reactive library: demand, cancellation, types of errors, threads. */
interface BridgeContract {

    /** The pieces of text, turned into the library's type, worked on there, and turned back. */
    Flow.Publisher<String> text(Flow.Publisher<GenerationEvent> events);

    /** The same, moved by the library to a thread of its own before anybody sees it. */
    Flow.Publisher<String> textElsewhere(Flow.Publisher<GenerationEvent> events);

    @Test
    default void theWholeTextArrives() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            RecordingSubscriber<String> pieces = RecordingSubscriber.unbounded();

            bridge.publisher().subscribe(pieces);

            assertThat(String.join("", pieces.awaitCompletion()))
                    .isEqualTo(
                            bridge.neuralBox().generate(BridgeFixture.REQUEST).text());
        }
    }

    @Test
    default void nothingIsSentBeforeSomethingIsAskedFor() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            RecordingSubscriber<String> pieces = RecordingSubscriber.withoutDemand();
            bridge.publisher().subscribe(pieces);
            pieces.awaitSubscription();

            // The clock: a whole generation of the same client passes meanwhile.
            bridge.neuralBox().generate(BridgeFixture.REQUEST);

            assertThat(bridge.service().requestCount()).isEqualTo(1);
        }
    }

    @Test
    default void whoAsksForOnePieceGetsOneAndHoldsTheServiceBack() {
        List<String> deltas = Collections.nCopies(2_048, "a".repeat(16 * 1024)); // 32 MiB
        try (BridgeFixture bridge =
                BridgeFixture.start(this, LocalNeuralBox.builder().deltas(deltas))) {
            RecordingSubscriber<String> pieces = RecordingSubscriber.withoutDemand();
            bridge.publisher().subscribe(pieces);
            pieces.request(1);
            pieces.awaitItems(1);

            // The clock: as much moves on another generation. Half of this one would not fit into the kernel's buffers.
            bridge.neuralBox().generate(BridgeFixture.REQUEST);

            assertThat(pieces.items()).hasSize(1);
            assertThat(bridge.service().deltasSent()).isLessThan(2_048 + 1_024);
            pieces.request(Long.MAX_VALUE);
            assertThat(pieces.awaitCompletion()).hasSize(2_048);
        }
    }

    @Test
    default void cancelStopsThePaidStream() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            bridge.service().misbehave(Fault.endless());
            RecordingSubscriber<String> pieces = RecordingSubscriber.withoutDemand();
            bridge.publisher().subscribe(pieces);
            pieces.request(3);
            pieces.awaitItems(3);

            pieces.cancel();

            bridge.service().awaitDisconnect(Duration.ofSeconds(1));
            assertThat(bridge.service().generations(Outcome.COMPLETED)).isZero();
            assertThat(pieces.isTerminated()).isFalse();
        }
    }

    @Test
    default void refusalArrivesAsItsOwnType() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            bridge.service().misbehave(Fault.rateLimited(Duration.ofMinutes(10)));
            RecordingSubscriber<String> pieces = RecordingSubscriber.unbounded();

            bridge.publisher().subscribe(pieces);

            assertThat(pieces.awaitError())
                    .isInstanceOfSatisfying(
                            RateLimitException.class,
                            limit -> assertThat(limit.retryAfter()).isEqualTo(Duration.ofMinutes(10)));
        }
    }

    @Test
    default void breakArrivesAsItsOwnTypeBehindThePiecesBeforeIt() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            bridge.service().misbehave(Fault.cutAfter(400));
            RecordingSubscriber<String> pieces = RecordingSubscriber.unbounded();

            bridge.publisher().subscribe(pieces);

            assertThat(pieces.awaitError()).isInstanceOfSatisfying(StreamBrokenException.class, broken -> {
                assertThat(broken.partial().text()).isNotEmpty().isEqualTo(String.join("", pieces.items()));
                assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN);
            });
        }
    }

    @Test
    default void eachSubscriptionIsACallThatCosts() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            Flow.Publisher<String> publisher = bridge.publisher();
            RecordingSubscriber<String> first = RecordingSubscriber.unbounded();
            RecordingSubscriber<String> second = RecordingSubscriber.unbounded();

            publisher.subscribe(first);
            publisher.subscribe(second);
            first.awaitCompletion();
            second.awaitCompletion();

            assertThat(bridge.service().generations(Outcome.COMPLETED)).isEqualTo(2);
        }
    }

    @Test
    default void signalsComeOnTheTransportsThread() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            assertThat(bridge.transport().mustNotBlock(threadOfTheLastPiece(bridge, bridge.publisher())))
                    .isTrue();
        }
    }

    @Test
    default void theLibraryMovesSignalsToWhereBlockingIsAllowed() {
        try (BridgeFixture bridge = BridgeFixture.start(this)) {
            Thread thread = threadOfTheLastPiece(
                    bridge, textElsewhere(bridge.neuralBox().publish(BridgeFixture.REQUEST)));

            assertThat(bridge.transport().mustNotBlock(thread)).isFalse();
        }
    }

    /** The first ones may come on the thread that saw to the subscriber's demand. */
    private static Thread threadOfTheLastPiece(BridgeFixture bridge, Flow.Publisher<String> publisher) {
        Gate gate = new Gate();
        bridge.service().misbehave(Fault.stallAfter(200, gate));
        AtomicReference<Thread> thread = new AtomicReference<>();
        RecordingSubscriber<String> pieces = RecordingSubscriber.unbounded();
        publisher.subscribe(pieces.onItem(piece -> thread.set(Thread.currentThread())));
        pieces.awaitItems(1);
        gate.open();
        pieces.awaitCompletion();
        return thread.get();
    }
}
