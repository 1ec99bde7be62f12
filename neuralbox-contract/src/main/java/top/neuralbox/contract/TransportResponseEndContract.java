package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_1_1;
import static top.neuralbox.transport.TransportException.Kind.LOST;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;

/**
 * Tests of the end of a response over HTTP/1.1, and of bytes that a server sends after it. Over TCP and over TLS.
 *
 * @since 0.1.0
 */
public interface TransportResponseEndContract extends TransportContract {

    /** How often a race is tried. */
    int ROUNDS = 50;

    /** Rule 7, and RFC 9112, section 7.1.2. */
    @TestFactory
    default Stream<DynamicTest> connectionThatEndsBeforeTheEndOfTheTrailersIsALoss() {
        return Stream.of("0\r\n", "0\r\nX-Trailer: cut", "0\r\nX-Trailer: whole\r\n", "0\r\nX-Trailer: whole\r\n\r")
                .flatMap(end -> onTcpAndTls("cut behind " + escaped(end), secure -> {
                    Gate cut = new Gate();
                    try (TransportFixture fixture = oneConnection(secure)) {
                        RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                                .eventStream()
                                .chunk("data: 1\n\n")
                                .text(end)
                                .await(cut)
                                .close()
                                .build()));
                        body.awaitItems(1);

                        cut.open();

                        assertKind(failure(body), LOST);
                        assertThat(text(body.items())).isEqualTo("data: 1\n\n");
                        assertThat(text(fixture.exchange(Script.response(200, "second"))))
                                .isEqualTo("second");
                    }
                }));
    }

    /** Rule 2. The next call waits for the connection, but does not get it. */
    @TestFactory
    default Stream<DynamicTest> connectionWithBytesBehindTheResponseServesNoOtherCall() {
        return Stream.of(
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nX-Trailer: a\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                        "HTTP/1.1 204 No Content\r\n\r\n")
                .flatMap(whole -> behind().flatMap(more ->
                        onTcpAndTls(escaped(more) + " behind " + escaped(whole), secure -> {
                            Gate both = new Gate();
                            try (TransportFixture fixture = oneConnection(secure)) {
                                TransportCall first = fixture.start(Script.builder()
                                        .await(both)
                                        .text(whole + more)
                                        .build());
                                fixture.server().awaitRequest();
                                TransportCall second = fixture.start(Script.response(200, "second"));

                                both.open();

                                assertThat(text(head(first))).isEqualTo(whole.contains("first") ? "first" : "");
                                assertThat(text(head(second))).isEqualTo("second");
                                assertThat(fixture.server().connectionCount()).isEqualTo(2);
                            }
                        })));
    }

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> bytesBehindTheLastChunkServeNoOtherCall() {
        return behind().flatMap(more -> onTcpAndTls(escaped(more), secure -> {
            Gate rest = new Gate();
            try (TransportFixture fixture = oneConnection(secure)) {
                RecordingSubscriber<ByteBuffer> first = subscribe(fixture.exchange(Script.builder()
                        .eventStream()
                        .chunk("first")
                        .await(rest)
                        .text("0\r\n\r\n" + more)
                        .build()));
                first.awaitItems(1);
                TransportCall second = fixture.start(Script.response(200, "second"));

                rest.open();

                assertThat(text(first.awaitCompletion())).isEqualTo("first");
                assertThat(text(head(second))).isEqualTo("second");
                assertThat(fixture.server().connectionCount()).isEqualTo(2);
            }
        }));
    }

    /** Rule 2. The next call waits for the connection that ends. The first call may be cancelled at that moment. */
    @TestFactory
    default Stream<DynamicTest> connectionThatEndsWithItsResponseServesNoOtherCall() {
        return Stream.of(false, true)
                .flatMap(cancelled -> onTcpAndTls(cancelled ? "cancelled at the end" : "whole", secure -> {
                    try (TransportFixture fixture = oneConnection(secure)) {
                        for (int round = 0; round < ROUNDS; round++) {
                            Gate both = new Gate();
                            TransportCall first = fixture.start(Script.builder()
                                    .text("HTTP/1.1 200 OK\r\n\r\nfirst")
                                    .await(both)
                                    .close()
                                    .build());
                            RecordingSubscriber<ByteBuffer> body = subscribe(head(first));
                            body.awaitItems(1);
                            TransportCall second = fixture.start(Script.response(200, "second"));

                            both.open();
                            if (cancelled) {
                                first.cancel();
                            } else {
                                assertThat(text(body.awaitCompletion())).isEqualTo("first");
                            }

                            assertThat(text(head(second))).isEqualTo("second");
                        }
                    }
                }));
    }

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> bytesThatNoRequestAskedForEndAnIdleConnection() {
        return behind().flatMap(more -> onTcpAndTls(escaped(more), secure -> {
            Gate idle = new Gate();
            try (TransportFixture fixture = oneConnection(secure)) {
                assertThat(text(fixture.exchange(Script.builder()
                                .then(Script.response(200, "first"))
                                .await(idle)
                                .text(more)
                                .hold()
                                .build())))
                        .isEqualTo("first");

                idle.open();

                fixture.server().awaitNoOpenConnections(PATIENCE);
                assertThat(text(fixture.exchange(Script.response(200, "second"))))
                        .isEqualTo("second");
                assertThat(fixture.server().connectionCount()).isEqualTo(2);
            }
        }));
    }

    /** Another response, the beginning of one, and bytes that are no response. */
    private static Stream<String> behind() {
        return Stream.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", "HTTP/1.1 2", "\r\n", "data: forged\n\n");
    }

    private static Stream<DynamicTest> onTcpAndTls(String what, Consumer<Boolean> test) {
        return Stream.of(
                dynamicTest(what + ", over TCP", () -> test.accept(false)),
                dynamicTest(what + ", over TLS", () -> test.accept(true)));
    }

    private static String escaped(String bytes) {
        return bytes.replace("\r", "\\r").replace("\n", "\\n");
    }

    private TransportFixture oneConnection(boolean secure) {
        TestCertificates certificates = TestCertificates.shared();
        TransportConfig config = TransportConfig.builder()
                .trustManager(certificates.trustManager())
                .protocols(HTTP_1_1)
                .maxConnections(1)
                .build();
        return TransportFixture.start(
                this, config, secure ? ScriptedServer.startTls(certificates.server()) : ScriptedServer.start());
    }
}
