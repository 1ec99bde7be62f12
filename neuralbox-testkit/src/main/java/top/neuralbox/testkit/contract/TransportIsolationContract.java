package top.neuralbox.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.testkit.contract.TransportFixture.PATIENCE;
import static top.neuralbox.testkit.contract.TransportFixture.head;
import static top.neuralbox.testkit.contract.TransportFixture.text;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.Script;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportResponse;

/**
 * One call never touches another, however close they follow each other on one connection.
 *
 * @since 0.1.0
 */
public interface TransportIsolationContract extends TransportContract {

    /** How often a race is run. A transport without the fault passes every round. */
    int ROUNDS = 150;

    /** How much later than in the round before. */
    long STEP_NANOS = 300;

    /**
     * Rule 4. One call is cancelled at a moment that moves through the end of its response, while another waits for the
     * connection. Whichever comes first, the other call gets its answer.
     */
    @TestFactory
    default Stream<DynamicTest> cancelThatMeetsTheEndLeavesTheNextCallAlone() {
        return Stream.of(ResponseEnd.values())
                .flatMap(end -> Stream.of(CancelWay.values())
                        .map(way -> dynamicTest(end + ", " + way, () -> {
                            try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
                                for (int round = 0; round < ROUNDS; round++) {
                                    cancelAtTheEnd(fixture, end, way, round);
                                }
                            }
                        })));
    }

    private void cancelAtTheEnd(TransportFixture fixture, ResponseEnd end, CancelWay way, int round)
            throws InterruptedException {
        Gate last = new Gate();
        AtomicBoolean ending = new AtomicBoolean();
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        body.onItem(item -> ending.set(true));
        TransportCall first = fixture.start(end.script(last));
        // An engine may start them in another order.
        fixture.server().awaitRequest();
        CompletableFuture<TransportResponse> response = new CompletableFuture<>();
        var unused = first.response().whenComplete((head, error) -> {
            if (error != null) {
                response.completeExceptionally(error);
                return;
            }
            head.body().subscribe(body);
            response.complete(head);
            if (end.atHead()) {
                ending.set(true);
            }
        });
        TransportCall second = fixture.start(Script.response(200, "second " + round));
        Gate ready = new Gate();
        Thread cancelling = new Thread(
                () -> {
                    ready.open();
                    long begin = System.nanoTime();
                    while (!ending.get() && System.nanoTime() - begin < PATIENCE.toNanos()) {
                        Thread.onSpinWait();
                    }
                    // Moves through what an engine does between the last byte and the next call.
                    long moment = System.nanoTime() + STEP_NANOS * round;
                    while (System.nanoTime() < moment) {
                        Thread.onSpinWait();
                    }
                    way.cancel(first, response.join(), body);
                },
                "testkit-cancelling");
        cancelling.setDaemon(true);
        cancelling.start();
        ready.await();

        last.open();

        assertThat(text(head(second))).isEqualTo("second " + round);
        fixture.server().awaitRequest();
        cancelling.join(PATIENCE.toMillis());
        assertThat(cancelling.isAlive()).isFalse();
    }
}
