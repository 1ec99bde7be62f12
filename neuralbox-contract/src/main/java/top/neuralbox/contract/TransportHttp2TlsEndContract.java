package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.orAgain;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_2;
import static top.neuralbox.transport.TransportException.Kind.LOST;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;

/**
 * {@link TransportTlsEndContract} over HTTP/2. For transports that know HTTP/2.
 *
 * @since 0.1.0
 */
public interface TransportHttp2TlsEndContract extends TransportContract {

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsEndsAnIdleConnectionOfHttp2() {
        return onEachTls((server, transport) -> {
            TransportCall first = FrameCalls.start(transport, server);
            FrameServer.Stream stream = server.awaitStream().head(200);
            stream.dataAndEnd("first");
            assertThat(text(head(first))).isEqualTo("first");

            stream.endTls();

            stream.awaitClose(PATIENCE);
            isServedElsewhere(FrameCalls.start(transport, server), transport, server);
        });
    }

    /**
     * Rules 2 and 3: the call that waits for a place is not sent on a connection whose TLS has ended, because its request could
     * not be answered.
     */
    @TestFactory
    default Stream<DynamicTest> connectionWhoseTlsEndsBehindAStreamServesNoOtherCall() {
        return onEachTls((server, transport) -> {
            TransportCall first = FrameCalls.start(transport, server);
            FrameServer.Stream stream = server.awaitStream().head(200);
            stream.dataAndSetting("one ", FrameServer.MAX_CONCURRENT_STREAMS, 1);
            RecordingSubscriber<ByteBuffer> body = subscribe(head(first));
            body.awaitItems(1);
            stream.awaitSettingsHeeded(PATIENCE);
            TransportCall second = FrameCalls.start(transport, server);

            stream.dataAndEndAndEndTls("place");

            assertThat(text(body.awaitCompletion())).isEqualTo("one place");
            isServedElsewhere(second, transport, server);
            stream.awaitClose(PATIENCE);
        });
    }

    /** Rule 7. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsBeforeTheHeadIsALossInHttp2() {
        return onEachTls((server, transport) -> {
            TransportCall call = FrameCalls.start(transport, server);

            server.awaitStream().endTls();

            assertKind(failure(call), LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        });
    }

    /** Rule 7. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsInTheBodyIsALossInHttp2() {
        return onEachTls((server, transport) -> {
            TransportCall call = FrameCalls.start(transport, server);

            server.awaitStream().head(200).data("so far").endTls();

            RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
            assertKind(failure(body), LOST);
            assertThat(text(body.items())).isEqualTo("so far");
        });
    }

    private Stream<DynamicTest> onEachTls(BiConsumer<FrameServer, Transport> test) {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .map(version -> dynamicTest(version, () -> {
                    try (FrameServer server = FrameServer.start(version);
                            Transport transport = transport(TransportConfig.builder()
                                    .trustManager(TestCertificates.shared().trustManager())
                                    .protocols(HTTP_2)
                                    .maxConnections(1)
                                    .build())) {
                        test.accept(server, transport);
                    }
                }));
    }

    private static void isServedElsewhere(TransportCall call, Transport transport, FrameServer server) {
        CompletableFuture<Void> answering = CompletableFuture.runAsync(
                () -> server.awaitStream().head(200).data("second").end());
        assertThat(text(head(orAgain(call, () -> FrameCalls.start(transport, server)))))
                .isEqualTo("second");
        answering.join();
        assertThat(server.connectionCount()).isEqualTo(2);
    }
}
