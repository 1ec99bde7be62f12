package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.transport.TransportCall;

/**
 * Tests that one call never affects another, however closely they follow each other on one connection.
 *
 * @since 0.1.0
 */
public interface TransportIsolationContract extends TransportContract {

    /** How often a race is run. A transport without the fault passes every round. */
    int ROUNDS = 200;

    /** How much later the cancel comes than in the round before. */
    long STEP_NANOS = 300;

    /**
     * Rule 4. One call is cancelled at a moment that moves through the end of its response, while another waits for the
     * connection. Whichever comes first, the other call gets its answer. In every second round the cancelled call has opened
     * the connection itself: an engine may let go of such a connection later than of one from its pool.
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
        TransportCall first = fixture.start(end.script(last));
        // Otherwise an engine may start the two calls in another order.
        fixture.server().awaitRequest();
        Script answer = round % 2 == 0
                ? Script.response(200, "second " + round)
                : Script.response(200, "second " + round, "Connection: close");
        TransportCall second = fixture.start(answer);
        LateCancel cancel = LateCancel.of(first, way, end.atHead(), STEP_NANOS * round);

        last.open();

        assertThat(text(head(second))).isEqualTo("second " + round);
        fixture.server().awaitRequest();
        cancel.awaitDone();
    }
}
