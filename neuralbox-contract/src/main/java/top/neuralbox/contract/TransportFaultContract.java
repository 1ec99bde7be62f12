package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.printed;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.LOST;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests that a broken exchange ends in an error of the right kind, never in a completion.
 *
 * @since 0.1.0
 */
public interface TransportFaultContract extends TransportContract {

    /** Rule 7. */
    @Test
    default void missingLastChunkIsALoss() {
        bodyIsLost(
                Script.builder().eventStream().chunk("data: 1\n\n"),
                Script.builder().close());
    }

    /** Rule 7. */
    @Test
    default void closeInsideAChunkIsALoss() {
        bodyIsLost(
                Script.builder().eventStream().chunk("data: 1\n\n").text("a\r\ndata"),
                Script.builder().close());
    }

    /** Rule 7. */
    @Test
    default void resetInsideAChunkIsALoss() {
        bodyIsLost(
                Script.builder().eventStream().chunk("data: 1\n\n").text("a\r\ndata"),
                Script.builder().reset());
    }

    /** Rule 7. */
    @Test
    default void shortContentIsALoss() {
        bodyIsLost(
                Script.builder().head(200, "Content-Length: 100").text("data"),
                Script.builder().close());
    }

    /** Rule 7. */
    @Test
    default void shortErrorBodyIsALoss() {
        bodyIsLost(
                Script.builder().head(503, "Content-Length: 100").text("<html>"),
                Script.builder().close());
    }

    /** Rule 7. */
    @Test
    default void resetOfABodyThatNobodyReadsIsALossLater() {
        Gate reset = new Gate();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            var response = fixture.exchange(
                    Script.builder().eventStream().await(reset).reset().build());
            RecordingSubscriber<ByteBuffer> body = TransportFixture.subscribeWithoutDemand(response);

            reset.open();
            fixture.server().awaitNoOpenConnections(TransportFixture.PATIENCE);
            body.request(1);

            assertKind(failure(body), LOST);
        }
    }

    /** Rule 7. Bytes that arrived before the loss are delivered before the error. */
    @Test
    default void whatArrivedBeforeTheCloseIsDelivered() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .chunk("data: 1\n\n")
                    .chunk("data: 2\n\n")
                    .close()
                    .build()));

            assertKind(failure(body), LOST);
            assertThat(text(body.items())).isEqualTo("data: 1\n\ndata: 2\n\n");
        }
    }

    /** Rule 7. Bytes that arrived before a fault are delivered before the error, even if one read brings both. */
    @TestFactory
    default Stream<DynamicTest> whatArrivedBeforeAFaultInTheSameReadIsDelivered() {
        return Stream.of(
                        "zz\r\n",
                        "\r\n",
                        " \r\n",
                        ";x=1\r\n",
                        "-9\r\ndata: 3\n\n\r\n",
                        "-9;a=b\r\n",
                        "10000000000000009\r\ndata: 3\n\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                        "9\r\ndata: 3\n\n9\r\ndata: 4\n\n\r\n")
                .flatMap(fault -> Stream.of(false, true)
                        .map(secure -> dynamicTest(
                                '"' + fault.strip() + (secure ? "\" over TLS" : "\""),
                                () -> bodyBreaksAfterTwoEvents(fault, secure))));
    }

    /** Rules 2 and 3. */
    @Test
    default void closeBeforeTheHeadIsALoss() {
        headIsMissing(Script.builder().close().build(), LOST);
    }

    /** Rules 2 and 3. */
    @Test
    default void resetBeforeTheHeadIsALoss() {
        headIsMissing(Script.builder().reset().build(), LOST);
    }

    /** Rules 2 and 3. */
    @Test
    default void closeInsideTheHeadIsALoss() {
        headIsMissing(
                Script.builder().text("HTTP/1.1 200 OK\r\nContent-Ty").close().build(), LOST);
    }

    /** Rules 2 and 3. */
    @Test
    default void closeAfterAnInterimResponseIsALoss() {
        headIsMissing(Script.builder().head(103).close().build(), LOST);
    }

    /** Rules 2 and 3. */
    @Test
    default void whatIsNotHttpIsAProtocolError() {
        headIsMissing(
                Script.builder().text("SSH-2.0-OpenSSH_9.2\r\n\r\n").hold().build(), PROTOCOL);
    }

    /** Rules 2 and 3. */
    @Test
    default void headerFieldsWithoutEndAreAProtocolError() {
        headIsMissing(
                Script.builder()
                        .text("HTTP/1.1 200 OK\r\n")
                        .repeatForever("X-More: and more\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .build(),
                PROTOCOL);
    }

    /** Rules 2 and 3. */
    @Test
    default void lengthBesideChunksIsAProtocolError() {
        headIsMissing(
                Script.builder()
                        .head(200, "Content-Length: 5", "Transfer-Encoding: chunked")
                        .chunk("data: 1\n\n")
                        .lastChunk()
                        .build(),
                PROTOCOL);
    }

    /** Rules 2 and 3. */
    @Test
    default void twoLengthsAreAProtocolError() {
        headIsMissing(
                Script.builder()
                        .head(200, "Content-Length: 5", "Content-Length: 6")
                        .text("data: 1\n\n")
                        .build(),
                PROTOCOL);
    }

    /** Rule 7. */
    @Test
    default void chunkSizeThatIsNoNumberIsAnError() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(
                    Script.builder().eventStream().text("zz\r\n").hold().build()));

            assertKind(failure(body), LOST, PROTOCOL);
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 12. Engines quote bytes that they cannot parse. */
    @Test
    default void malformedHeadThatEchoesTheKeyPutsItIntoNoFailure() {
        for (String echo : new String[] {
            "Bearer nb_secret\r\n\r\n",
            "HTTP/nb_secret 200 OK\r\n\r\n",
            "HTTP/1.1 nb_secret\r\n\r\n",
            "HTTP/1.1 200 OK\r\nAuthorization Bearer nb_secret\r\n\r\n",
            "HTTP/1.1 200 OK\r\nBearer nb_secret: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: nb_secret\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: nb_secret\r\n\r\n"
        }) {
            try (TransportFixture fixture = TransportFixture.start(this)) {
                TransportCall call =
                        fixture.start(Script.builder().text(echo).close().build());

                // Not every engine rejects each of these heads. An accepted head holds the key only where the server
                // sent it.
                assertThat(call.response().handle((head, error) -> error == null ? "" : printed(error)))
                        .as(echo)
                        .succeedsWithin(TransportFixture.PATIENCE, InstanceOfAssertFactories.STRING)
                        .doesNotContain("nb_secret");
            }
        }
    }

    /** Rule 12. */
    @Test
    default void chunkSizeThatEchoesTheKeyPutsItIntoNoFailure() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .text("Bearer nb_secret\r\n")
                    .close()
                    .build()));

            assertThat(printed(failure(body))).doesNotContain("nb_secret");
        }
    }

    /** Rule 7. A parser that reads a size as a number may accept a negative one, and then wait for ever. */
    @TestFactory
    default Stream<DynamicTest> chunkOfNegativeSizeBreaksTheBodyAfterWhatCameBefore() {
        return Stream.of("-2\r\n", "-5;a=b\r\n", " -5\r\n", "-1\r\n7\r\ncontent\r\n0\r\n\r\n")
                .flatMap(size -> Stream.of(
                        dynamicTest("first " + size.strip(), () -> {
                            try (TransportFixture fixture = TransportFixture.start(this)) {
                                assertKind(
                                        failure(subscribe(fixture.exchange(Script.builder()
                                                .eventStream()
                                                .text(size)
                                                .hold()
                                                .build()))),
                                        LOST,
                                        PROTOCOL);
                            }
                        }),
                        dynamicTest("later " + size.strip(), () -> {
                            Gate gate = new Gate();
                            try (TransportFixture fixture = TransportFixture.start(this)) {
                                RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                                        .eventStream()
                                        .text("7\r\ncontent")
                                        .await(gate)
                                        .text("\r\n" + size)
                                        .hold()
                                        .build()));
                                body.awaitItems(1);
                                gate.open();

                                assertKind(failure(body), LOST, PROTOCOL);
                                assertThat(text(body.items())).isEqualTo("content");
                            }
                        })));
    }

    /** Rule 11. */
    @Test
    default void subscriberThatThrowsAnExceptionFromOnNextCancelsItsCallAlone() {
        throwingCancelsOneCall(new Throwing(() -> {}, () -> {
            throw new IllegalStateException("thrown by a test");
        }));
    }

    /** Rule 11. */
    @Test
    default void subscriberThatThrowsAnErrorFromOnNextCancelsItsCallAlone() {
        throwingCancelsOneCall(new Throwing(() -> {}, () -> {
            throw new AssertionError("thrown by a test");
        }));
    }

    /** Rule 11. */
    @Test
    default void subscriberThatThrowsFromOnSubscribeCancelsItsCallAlone() {
        throwingCancelsOneCall(new Throwing(
                () -> {
                    throw new IllegalStateException("thrown by a test");
                },
                () -> {}));
    }

    private void bodyBreaksAfterTwoEvents(String fault, boolean secure) {
        Script script = Script.builder()
                .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n"
                        + fault)
                .hold()
                .build();
        try (TransportFixture fixture = secure ? startTls() : TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(script));

            assertKind(failure(body), PROTOCOL);
            assertThat(text(body.items())).startsWith("data: 1\n\ndata: 2\n\n");
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    private TransportFixture startTls() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }

    private void bodyIsLost(Script.Builder beforeTheGate, Script.Builder fault) {
        Gate delivered = new Gate();
        // A reset makes the kernel drop bytes that it has not delivered, so the fault waits for the first buffer.
        Script before = beforeTheGate.await(delivered).build();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(
                    Script.builder().then(before).then(fault.build()).build()));
            body.awaitItems(1);

            delivered.open();

            assertKind(failure(body), LOST);
        }
    }

    private void headIsMissing(Script script, TransportException.Kind kind) {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(script);

            assertKind(failure(call), kind);
            assertThat(call.mayHaveBeenSent()).isTrue();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertThat(fixture.server().requestCount()).isEqualTo(1);
        }
    }

    private void throwingCancelsOneCall(Flow.Subscriber<ByteBuffer> throwing) {
        Gate end = new Gate();
        try (TransportFixture fixture = TransportFixture.start(this);
                ScriptedServer other = ScriptedServer.start()) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .chunk("still ")
                    .await(end)
                    .chunk("here")
                    .lastChunk()
                    .build()));
            body.awaitItems(1);
            other.answer(BodyPhase.FLOWING.script());
            TransportRequest request =
                    TransportRequest.builder("POST", other.uri("/")).build();

            head(fixture.transport().start(request)).body().subscribe(throwing);

            other.awaitNoOpenConnections(PROMPTLY);
            end.open();
            assertThat(text(body.awaitCompletion())).isEqualTo("still here");
        }
    }
}
