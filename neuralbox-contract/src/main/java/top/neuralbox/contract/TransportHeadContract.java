package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_1_1;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests of response heads over HTTP/1.1, on one connection, over TLS. Interim ones are passed over, the longest allowed head is
 * the same for all transports, and no call reads the response to another.
 *
 * @since 0.1.0
 */
public interface TransportHeadContract extends TransportContract {

    /** How many interim responses are passed over (rule 2). */
    int MOST_INTERIM = 32;

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> interimResponseIsPassedOver() {
        return Stream.of(100, 102, 103, 104, 199)
                .map(status -> dynamicTest("status " + status, () -> {
                    try (TransportFixture fixture = oneConnection()) {
                        Script first = Script.builder()
                                .head(status, "Link: </style.css>", "Content-Length: 5")
                                .then(Script.response(200, "first"))
                                .build();

                        assertThat(text(fixture.exchange(first))).isEqualTo("first");

                        assertThat(text(fixture.exchange(Script.response(200, "second"))))
                                .isEqualTo("second");
                        assertThat(fixture.server().connectionCount()).isEqualTo(1);
                    }
                }));
    }

    /** Rule 2. */
    @Test
    default void asManyInterimResponsesAsAreAllowedArePassedOverForEachRequest() {
        try (TransportFixture fixture = oneConnection()) {
            for (String answer : new String[] {"first", "second"}) {
                assertThat(text(fixture.exchange(interim(MOST_INTERIM)
                                .then(Script.response(200, answer))
                                .build())))
                        .isEqualTo(answer);
            }

            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rules 2 and 4. */
    @Test
    default void moreInterimResponsesAreAProtocolErrorAndEndTheConnection() {
        endsWithItsConnection(
                interim(MOST_INTERIM + 1).then(Script.response(200, "first")).build());
    }

    /**
     * Rule 2: an interim response 100, which asks for the content, counts like any other. Tested with all of them in one read,
     * and with each in a read of its own.
     */
    @TestFactory
    default Stream<DynamicTest> interimResponsesOf100AreCountedToo() {
        return Stream.of(true, false)
                .flatMap(together -> Stream.of(
                        dynamicTest(together ? "as many as are allowed, together" : "as many as are allowed", () -> {
                            try (TransportFixture fixture = oneConnection()) {
                                for (String answer : new String[] {"first", "second"}) {
                                    assertThat(text(fixture.exchange(continues(MOST_INTERIM, together)
                                                    .then(Script.response(200, answer))
                                                    .build())))
                                            .isEqualTo(answer);
                                }
                                assertThat(fixture.server().connectionCount()).isEqualTo(1);
                            }
                        }),
                        dynamicTest(
                                together ? "one more, together" : "one more",
                                () -> endsWithItsConnection(continues(MOST_INTERIM + 1, together)
                                        .then(Script.response(200, "first"))
                                        .build()))));
    }

    /** Rules 2 and 4. An engine may know the protocol, and switch to it by itself. */
    @TestFactory
    default Stream<DynamicTest> switchToAnotherProtocolIsAProtocolErrorAndEndsTheConnection() {
        return Stream.of("h2c", "websocket", "TLS/1.2", "TLS")
                .map(protocol -> dynamicTest(
                        protocol,
                        () -> endsWithItsConnection(Script.builder()
                                .head(101, "Upgrade: " + protocol, "Connection: Upgrade")
                                .then(Script.response(200, "first"))
                                .build())));
    }

    /** Rule 2. */
    @Test
    default void secondResponseToOneRequestIsNobodys() {
        String forged = "HTTP/1.1 200 \r\nContent-Length: 6\r\n\r\n";
        for (int round = 0; round < 20; round++) {
            Gate both = new Gate();
            try (TransportFixture fixture = oneConnection()) {
                fixture.server()
                        .answer(Script.builder()
                                .await(both)
                                .text(forged + "first!" + forged + "forged")
                                .build())
                        .answerAlways(Script.response(200, "second"));
                TransportCall first = fixture.start();
                fixture.server().awaitRequest();
                TransportCall second = fixture.start();
                both.open();

                assertThat(text(head(first))).isEqualTo("first!");

                // If the second request was written already, it must fail with its connection; otherwise it uses
                // another one.
                String read = second.response()
                        .toCompletableFuture()
                        .handle((response, error) -> response)
                        .thenApplyAsync(response -> response == null ? "second" : text(response))
                        .join();
                assertThat(read).isEqualTo("second");
            }
        }
    }

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> headWithinTheBoundIsRead() {
        return Stream.of(
                dynamicTest("12 KB, one field", () -> isRead(1, 12_000)),
                dynamicTest("60 KB, one field", () -> isRead(1, 60_000)),
                dynamicTest("12 KB, 100 fields", () -> isRead(100, 120)),
                dynamicTest("60 KB, 500 fields", () -> isRead(500, 120)));
    }

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> headBeyondTheBoundIsAProtocolErrorThatNamesTheBound() {
        return Stream.of(
                dynamicTest("70 KB, one field", () -> isRefused(1, 70_000)),
                dynamicTest("70 KB, 700 fields", () -> isRefused(700, 100)),
                dynamicTest("1 MB, one field", () -> isRefused(1, 1_000_000)));
    }

    private void isRead(int fields, int length) {
        try (TransportFixture fixture = oneConnection()) {
            TransportResponse response =
                    fixture.exchange(Script.response(200, "read", HeadFields.lines(fields, length)));

            assertThat(response.header("X-" + (fields - 1))).hasSize(length - HeadFields.OVERHEAD);
            assertThat(text(response)).isEqualTo("read");
        }
    }

    private void isRefused(int fields, int length) {
        TransportException failure =
                endsWithItsConnection(Script.response(200, "refused", HeadFields.lines(fields, length)));

        assertThat(failure).hasMessageContaining("64 KiB");
    }

    /** The call fails, its connection is closed, and the next call sees its own answer. */
    private TransportException endsWithItsConnection(Script script) {
        try (TransportFixture fixture = oneConnection()) {
            TransportCall call = fixture.start(script);

            TransportException failure = failure(call);

            assertKind(failure, PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isTrue();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertThat(text(fixture.exchange(Script.response(200, "second")))).isEqualTo("second");
            assertThat(fixture.server().connectionCount()).isEqualTo(2);
            return failure;
        }
    }

    private TransportFixture oneConnection() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .protocols(HTTP_1_1)
                .maxConnections(1)
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }

    private static Script.Builder continues(int count, boolean together) {
        Script.Builder script = Script.builder();
        String one = "HTTP/1.1 100 Continue\r\n\r\n";
        for (int i = 0; i < count && !together; i++) {
            script.text(one);
        }
        return together ? script.text(one.repeat(count)) : script;
    }

    private static Script.Builder interim(int count) {
        Script.Builder script = Script.builder();
        for (int i = 0; i < count; i++) {
            script.head(i % 2 == 0 ? 102 : 103);
        }
        return script;
    }
}
