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
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_1_1;
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
import top.neuralbox.transport.TransportRequest;

/**
 * Tests with a server that ends TLS (RFC 8446, section 6.1) and leaves TCP open. No bytes can follow, so this is the end of the
 * connection. Over HTTP/1.1.
 *
 * @since 0.1.0
 */
public interface TransportTlsEndContract extends TransportContract {

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsEndsAnIdleConnection() {
        return withEachTls((server, transport) -> {
            TransportCall first = start(transport, server);
            TlsEndServer.Exchange exchange = server.awaitRequest();
            exchange.write(response("first"));
            assertThat(text(head(first))).isEqualTo("first");

            exchange.writeAndEndTls("");

            exchange.awaitClose(PATIENCE);
            isServedElsewhere(start(transport, server), transport, server);
        });
    }

    /** Rules 2 and 3: the call that waits for the connection is not sent on it, because its request could not be answered. */
    @TestFactory
    default Stream<DynamicTest> connectionWhoseTlsEndsBehindTheResponseServesNoOtherCall() {
        return withEachTls((server, transport) -> {
            TransportCall first = start(transport, server);
            TlsEndServer.Exchange exchange = server.awaitRequest();
            TransportCall second = start(transport, server);

            exchange.writeAndEndTls(response("first"));

            assertThat(text(head(first))).isEqualTo("first");
            isServedElsewhere(second, transport, server);
            exchange.awaitClose(PATIENCE);
        });
    }

    /** Rule 7. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsBeforeTheHeadIsALoss() {
        return withEachTls((server, transport) -> {
            TransportCall call = start(transport, server);

            server.awaitRequest().writeAndEndTls("");

            assertKind(failure(call), LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        });
    }

    /** Rule 7. */
    @TestFactory
    default Stream<DynamicTest> endOfTlsInTheBodyIsALoss() {
        return withEachTls((server, transport) -> {
            TransportCall call = start(transport, server);

            server.awaitRequest().writeAndEndTls(chunks("so far"));

            RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
            assertKind(failure(body), LOST);
            assertThat(text(body.items())).isEqualTo("so far");
        });
    }

    private Stream<DynamicTest> withEachTls(BiConsumer<TlsEndServer, Transport> test) {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .map(version -> dynamicTest(version, () -> {
                    try (TlsEndServer server = TlsEndServer.start(version);
                            Transport transport = transport(TransportConfig.builder()
                                    .trustManager(TestCertificates.shared().trustManager())
                                    .protocols(HTTP_1_1)
                                    .maxConnections(1)
                                    .build())) {
                        test.accept(server, transport);
                    }
                }));
    }

    private static TransportCall start(Transport transport, TlsEndServer server) {
        return transport.start(TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .build());
    }

    private static void isServedElsewhere(TransportCall call, Transport transport, TlsEndServer server) {
        CompletableFuture<Void> answering =
                CompletableFuture.runAsync(() -> server.awaitRequest().write(response("second")));
        assertThat(text(head(orAgain(call, () -> start(transport, server))))).isEqualTo("second");
        answering.join();
        assertThat(server.connectionCount()).isEqualTo(2);
    }

    private static String chunks(String content) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(content.length()) + "\r\n"
                + content + "\r\n";
    }

    private static String response(String content) {
        return chunks(content) + "0\r\n\r\n";
    }
}
