package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_2;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;

/**
 * {@link TransportIsolationContract} over HTTP/2. For transports that know HTTP/2.
 *
 * @since 0.1.0
 */
public interface TransportHttp2IsolationContract extends TransportContract {

    /** Fewer than over HTTP/1.1, in larger steps: each round has a TLS handshake, and such a race happens more often. */
    int ROUNDS = 40;

    /** The time by which each round cancels later than the round before. */
    long STEP_NANOS = 1500;

    /** Rule 4. Each round has a server of its own, so the cancelled call opens its connection. */
    @TestFactory
    default Stream<DynamicTest> cancelThatMeetsTheEndLeavesTheNextCallAloneInHttp2() {
        return Stream.of(CancelWay.values())
                .map(way -> dynamicTest(way.toString(), () -> {
                    try (Transport transport = transport(TransportConfig.builder()
                            .trustManager(TestCertificates.shared().trustManager())
                            .protocols(HTTP_2)
                            .maxConnections(1)
                            .build())) {
                        for (int round = 0; round < ROUNDS; round++) {
                            try (FrameServer server = FrameServer.start()) {
                                cancelAtTheEnd(transport, server, way, round);
                            }
                        }
                    }
                }));
    }

    private static void cancelAtTheEnd(Transport transport, FrameServer server, CancelWay way, int round)
            throws InterruptedException {
        TransportCall first = FrameCalls.start(transport, server);
        FrameServer.Stream ending = server.awaitStream().head(200);
        TransportCall second = FrameCalls.start(transport, server);
        LateCancel cancel = LateCancel.of(first, way, false, STEP_NANOS * round);

        ending.dataAndEnd("last");

        // In the background, so that the test does not wait for a request if the call fails.
        CompletableFuture<Void> answering = CompletableFuture.runAsync(
                () -> server.awaitStream().head(200).data("second " + round).end());
        assertThat(text(head(second))).isEqualTo("second " + round);
        answering.join();
        cancel.awaitDone();
    }
}
