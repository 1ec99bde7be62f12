package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.bytes;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.subscribeWithoutDemand;
import static top.neuralbox.contract.TransportFixture.text;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests of HTTP/2 streams, whether they share a connection or not. A stream that fails or stands still does not affect another.
 * For transports that know HTTP/2.
 *
 * @since 0.1.0
 */
public interface TransportHttp2StreamContract extends TransportContract {

    /** How many bytes of a response a transport may read without demand (rule 6). */
    int WINDOW = 128 * 1024;

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> interimResponseIsPassedOverInHttp2() {
        return Stream.of(100, 102, 103, 104, 199)
                .map(status -> dynamicTest("status " + status, () -> {
                    try (FrameServer server = FrameServer.start();
                            Transport transport = http2()) {
                        TransportCall call = start(transport, server);

                        FrameServer.Stream stream = server.awaitStream();
                        stream.head(status, "link", "</style.css>")
                                .head(200)
                                .data("answer")
                                .end();

                        assertThat(text(head(call))).isEqualTo("answer");
                    }
                }));
    }

    /** Rule 2. */
    @Test
    default void asManyInterimResponsesAsAreAllowedArePassedOverForEachStream() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            for (String answer : new String[] {"first", "second"}) {
                TransportCall call = start(transport, server);
                FrameServer.Stream stream = server.awaitStream();
                interim(stream, TransportHeadContract.MOST_INTERIM);
                stream.head(200).data(answer).end();

                assertThat(text(head(call))).isEqualTo(answer);
            }
        }
    }

    /** Rules 2 and 4. */
    @Test
    default void moreInterimResponsesAreAProtocolErrorOfTheirStreamAlone() {
        endsAlone(stream -> interim(stream, TransportHeadContract.MOST_INTERIM + 1));
    }

    /** Rules 2 and 4, and RFC 9113, section 8.6. */
    @Test
    default void switchToAnotherProtocolIsAProtocolErrorOfItsStreamAlone() {
        endsAlone(stream -> stream.head(101));
    }

    /** Rules 2 and 4, and RFC 9110, section 15. An engine may take any number. */
    @TestFactory
    default Stream<DynamicTest> statusWithoutThreeDigitsIsAProtocolErrorOfItsStreamAlone() {
        return Stream.of(99, 1000, -20)
                .map(status -> dynamicTest("status " + status, () -> endsAlone(stream -> stream.head(status))));
    }

    /** Rule 4: otherwise the rest of the request would hold its place on the connection for ever. */
    @Test
    default void answerToARequestThatTheServerDoesNotReadEndsItsStream() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            TransportCall call = transport.start(TransportRequest.builder("POST", server.uri())
                    .body(new byte[1024 * 1024])
                    .build());
            FrameServer.Stream stream = server.awaitBegunStream();

            stream.onlyHead(413);

            assertThat(head(call).status()).isEqualTo(413);
            stream.awaitReset(TransportFixture.PROMPTLY);
        }
    }

    /**
     * Rule 3. A server may lower its limit of streams at any time (RFC 9113, section 6.5.2), even just as one is about to open.
     */
    @Test
    default void callThatMeetsALowerLimitOfStreamsIsSentElsewhere() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            TransportCall first = start(transport, server);
            FrameServer.Stream open = server.awaitStream().head(200);
            List<TransportCall> calls = new CopyOnWriteArrayList<>();
            Gate started = new Gate();
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.<ByteBuffer>unbounded()
                    .onItem(item -> {
                        if (calls.isEmpty()) {
                            // The calls get their places while the setting that follows this item is still unread.
                            for (int i = 0; i < 4; i++) {
                                calls.add(start(transport, server));
                            }
                            calls.forEach(TransportHttp2StreamContract::awaitItsPlace);
                            started.open();
                        }
                    });
            head(first).body().subscribe(body);

            open.dataAndSetting("still ", FrameServer.MAX_CONCURRENT_STREAMS, 1);
            started.await();

            for (int i = 0; i < calls.size(); i++) {
                server.awaitStream().head(200).data("answer").end();
            }
            for (TransportCall call : calls) {
                assertThat(text(head(call))).isEqualTo("answer");
            }
            open.data("here").end();
            assertThat(text(body.awaitCompletion())).isEqualTo("still here");
        }
    }

    /** Rule 2. */
    @TestFactory
    default Stream<DynamicTest> headWithinTheBoundIsReadInHttp2() {
        return Stream.of(
                dynamicTest("12 KB, one field", () -> isRead(1, 12_000)),
                dynamicTest("60 KB, one field", () -> isRead(1, 60_000)),
                dynamicTest("12 KB, 100 fields", () -> isRead(100, 120)),
                dynamicTest("60 KB, 500 fields", () -> isRead(500, 120)));
    }

    /** Rules 2 and 4. */
    @TestFactory
    default Stream<DynamicTest> headBeyondTheBoundIsAProtocolErrorThatNamesTheBoundInHttp2() {
        return Stream.of(
                dynamicTest("70 KB, one field", () -> isRefused(1, 70_000)),
                dynamicTest("70 KB, 700 fields", () -> isRefused(700, 100)),
                dynamicTest("200 KB, 2,000 fields", () -> isRefused(2_000, 100)));
    }

    /** Rule 6. */
    @Test
    default void streamsThatNobodyReadsHoldUpNoOther() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            List<FrameServer.Stream> stalled = new ArrayList<>();
            List<RecordingSubscriber<ByteBuffer>> bodies = new ArrayList<>();
            long sent = 0;
            for (int i = 0; i < 100; i++) {
                TransportCall call = start(transport, server);
                FrameServer.Stream stream = server.awaitStream().head(200);
                bodies.add(subscribeWithoutDemand(head(call)));
                sent += stream.fill();
                stalled.add(stream);
            }

            byte[] much = new byte[2 * 1024 * 1024];
            TransportCall innocent = start(transport, server);
            FrameServer.Stream stream = server.awaitStream().head(200);
            RecordingSubscriber<ByteBuffer> read = subscribe(head(innocent));
            stream.data(much).end();

            assertThat(bytes(read.awaitCompletion())).hasSize(much.length);
            for (FrameServer.Stream each : stalled) {
                sent += each.fill();
            }
            assertThat(sent).isLessThanOrEqualTo(100L * WINDOW);
            assertThat(bodies).allSatisfy(body -> assertThat(body.items()).isEmpty());
        }
    }

    /** Rule 6. */
    @Test
    default void streamThatStoodStillGoesOnWithTheDemand() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            TransportCall call = start(transport, server);
            FrameServer.Stream stream = server.awaitStream().head(200);
            RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(head(call));
            int sent = stream.fill();
            assertThat(sent).isPositive();

            body.request(Long.MAX_VALUE);
            stream.data(new byte[4 * WINDOW]).end();

            assertThat(bytes(body.awaitCompletion())).hasSize(sent + 4 * WINDOW);
        }
    }

    private void isRead(int fields, int length) {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            TransportCall call = start(transport, server);
            FrameServer.Stream stream = server.awaitStream();
            stream.head(200, HeadFields.pairs(fields, length)).data("read").end();

            TransportResponse response = head(call);

            assertThat(response.header("x-" + (fields - 1))).hasSize(length - HeadFields.OVERHEAD);
            assertThat(text(response)).isEqualTo("read");
        }
    }

    private void isRefused(int fields, int length) {
        TransportException failure = endsAlone(stream -> stream.head(200, HeadFields.pairs(fields, length)));

        assertThat(failure).hasMessageContaining("64 KiB");
    }

    private TransportException endsAlone(Consumer<FrameServer.Stream> fault) {
        return FrameCalls.endsAlone(this, fault);
    }

    private Transport http2() {
        return FrameCalls.http2(this);
    }

    private static TransportCall start(Transport transport, FrameServer server) {
        return FrameCalls.start(transport, server);
    }

    /**
     * Waits a while, until the call may have been sent. Some transports say so once it has a place, others once its stream is
     * open.
     */
    private static void awaitItsPlace(TransportCall call) {
        for (int steps = 0; steps < 20 && !call.mayHaveBeenSent(); steps++) {
            try {
                call.response().toCompletableFuture().get(10, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                // The next step.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException failed) {
                // The test finds out why.
                return;
            }
        }
    }

    private static void interim(FrameServer.Stream stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.head(i % 2 == 0 ? 102 : 103);
        }
    }
}
