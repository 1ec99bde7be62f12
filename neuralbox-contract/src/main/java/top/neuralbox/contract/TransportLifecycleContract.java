package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.subscribeWithoutDemand;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CLOSED;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;

/**
 * Tests of a transport's resources, of their release, and of the end of calls in flight.
 *
 * @since 0.1.0
 */
public interface TransportLifecycleContract extends TransportContract {

    /** How many threads an engine may need for any number of streams. */
    int FEW_THREADS = 64;

    /** Rule 5. */
    @Test
    default void connectionServesTheNextCallAfterACompleteResponse() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            for (int i = 0; i < 10; i++) {
                Script chunked = Script.builder()
                        .eventStream()
                        .chunk("call " + i)
                        .lastChunk()
                        .build();
                assertThat(text(fixture.exchange(chunked))).isEqualTo("call " + i);
            }
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 10. */
    @Test
    default void closeEndsACallThatIsQueued() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall first = fixture.start(Script.silence());
            fixture.server().awaitRequest();
            TransportCall queued = fixture.start();

            fixture.transport().close();

            assertKind(failure(queued, PROMPTLY), CLOSED);
            assertThat(queued.mayHaveBeenSent()).isFalse();
            assertKind(failure(first, PROMPTLY), CLOSED);
            assertThat(fixture.server().requestCount()).isEqualTo(1);
        }
    }

    /** Rule 10. */
    @Test
    default void closeEndsACallBeforeItsHead() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(Script.silence());
            fixture.server().awaitRequest();

            fixture.transport().close();

            assertKind(failure(call, PROMPTLY), CLOSED);
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 10. */
    @Test
    default void closeEndsACallThatIsConnecting() {
        try (TransportFixture fixture = TransportFixture.start(this);
                BlackHole hole = BlackHole.open()) {
            TransportCall call = fixture.transport()
                    .start(top.neuralbox.transport.TransportRequest.builder("POST", hole.uri("http"))
                            .build());

            fixture.transport().close();

            assertKind(failure(call, PROMPTLY), CLOSED);
        }
    }

    /** Rule 10. */
    @TestFactory
    default Stream<DynamicTest> closeEndsACallInItsBody() {
        return Stream.of(BodyPhase.values())
                .map(phase -> dynamicTest(phase.toString(), () -> {
                    try (TransportFixture fixture = TransportFixture.start(this)) {
                        RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(fixture.exchange(phase.script()));
                        phase.arrive(body);

                        fixture.transport().close();

                        assertKind(failure(body), CLOSED);
                        fixture.server().awaitNoOpenConnections(PROMPTLY);
                    }
                }));
    }

    /** Rule 10. */
    @Test
    default void closeEndsACallThatNobodyReads() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            var response = fixture.exchange(BodyPhase.HELD_BACK.script());

            fixture.transport().close();

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertKind(failure(subscribe(response)), CLOSED);
        }
    }

    /** Rule 10. */
    @Test
    default void closeClosesPooledConnections() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.completeOneExchange();

            fixture.transport().close();

            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 10. */
    @Test
    default void closeTwiceIsOneClose() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(Script.silence());
            fixture.server().awaitRequest();

            fixture.transport().close();
            fixture.transport().close();

            assertKind(failure(call, PROMPTLY), CLOSED);
        }
    }

    /** Rules 1 and 10. */
    @Test
    default void callAfterCloseFailsThroughItsResponse() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.transport().close();

            TransportCall call = fixture.start();

            assertKind(failure(call, PROMPTLY), CLOSED);
            assertThat(call.mayHaveBeenSent()).isFalse();
            call.cancel();
            assertThat(fixture.server().connectionCount()).isZero();
        }
    }

    /** Rule 4. */
    @Test
    default void cancelAfterCloseChangesNothing() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(Script.silence());
            fixture.server().awaitRequest();
            fixture.transport().close();

            call.cancel();

            assertKind(failure(call, PROMPTLY), CLOSED);
        }
    }

    /** Rule 10. */
    @Test
    default void noThreadIsLeftAfterClose() {
        Set<Thread> before = ClientThreads.living();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.completeOneExchange();
            fixture.exchange(BodyPhase.FLOWING.script());

            fixture.transport().close();

            Set<Thread> left = ClientThreads.living();
            left.removeAll(before);
            ClientThreads.awaitEnd(left, PATIENCE);
        }
    }

    /** Rule 11. A transport whose engine forces other threads overrides this, and says so. */
    @Test
    default void threadsAreDaemons() {
        Set<Thread> before = ClientThreads.living();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.completeOneExchange();

            Set<Thread> made = ClientThreads.living();
            made.removeAll(before);

            assertThat(made).allMatch(Thread::isDaemon);
        }
    }

    /** Rules 10 and 11. */
    @Test
    default void thousandStreamsAreServedAtOnceWithoutAThreadEach() {
        int streams = 1_000;
        Gate end = new Gate();
        Script script = Script.builder()
                .eventStream()
                .chunk("data: 1\n\n")
                .await(end)
                .chunk("data: 2\n\n")
                .lastChunk()
                .build();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            int before = ClientThreads.living().size();
            fixture.server().answerAlways(script);
            List<TransportCall> calls =
                    IntStream.range(0, streams).mapToObj(i -> fixture.start()).toList();
            List<RecordingSubscriber<ByteBuffer>> bodies =
                    calls.stream().map(call -> subscribe(head(call))).toList();
            bodies.forEach(body -> body.awaitItems(1));

            assertThat(fixture.server().openConnections()).isEqualTo(streams);
            assertThat(ClientThreads.living()).hasSizeLessThan(before + FEW_THREADS);
            end.open();
            bodies.forEach(body -> assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n"));
            fixture.transport().close();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 9. */
    @Test
    default void neverMoreConnectionsAreOpenThanAllowed() {
        Gate end = new Gate();
        TransportConfig three = TransportConfig.builder().maxConnections(3).build();
        try (TransportFixture fixture = TransportFixture.start(this, three)) {
            fixture.server()
                    .answerAlways(Script.builder()
                            .await(end)
                            .head(200, "Content-Length: 0")
                            .build());
            List<RecordingSubscriber<ByteBuffer>> bodies = IntStream.range(0, 12)
                    .mapToObj(i -> RecordingSubscriber.<ByteBuffer>unbounded())
                    .toList();
            // Subscribes in order of arrival, not of the starts: a body that waits for a subscriber holds a connection.
            bodies.forEach(body -> fixture.start()
                    .response()
                    .thenAccept(response -> response.body().subscribe(body)));
            IntStream.range(0, 3).forEach(i -> fixture.server().awaitRequest());

            end.open();
            bodies.forEach(RecordingSubscriber::awaitCompletion);

            assertThat(fixture.server().requestCount()).isEqualTo(12);
            assertThat(fixture.server().connectionCount()).isEqualTo(3);
        }
    }

    /** Rule 12. */
    @Test
    default void failureNamesNoHeaderValue() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.server()
                    .answer(Script.builder().text("nonsense\r\n\r\n").close().build());
            TransportException failure = failure(fixture.transport()
                    .start(fixture.post()
                            .header("Authorization", "Bearer nb_secret")
                            .build()));

            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("nb_secret");
            }
        }
    }
}
