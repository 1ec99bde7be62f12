package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.subscribeWithoutDemand;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CANCELLED;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests that cancel works in every phase, on every kind of connection and in every way, and that the server sees it within one
 * second.
 *
 * @since 0.1.0
 */
public interface TransportCancellationContract extends TransportContract {

    /** Rule 4. A request that was cancelled in the queue must not be sent when the connection becomes free. */
    @Test
    default void cancelledWhileQueuedNeverReachesTheWire() {
        Gate release = new Gate();
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall first =
                    fixture.start(Script.builder().await(release).head(204).build());
            fixture.server().awaitRequest();
            TransportCall queued = fixture.transport().start(named(fixture, "queued"));
            TransportCall last = fixture.transport().start(named(fixture, "last"));
            fixture.server().answerAlways(Script.response(200, "last"));

            queued.cancel();
            assertKind(failure(queued, PROMPTLY), CANCELLED);
            assertThat(queued.mayHaveBeenSent()).isFalse();
            release.open();
            subscribe(head(first)).awaitCompletion();

            assertThat(text(head(last))).isEqualTo("last");
            assertThat(fixture.server().received())
                    .extracting(request -> request.header("X-Name"))
                    .doesNotContain("queued");
        }
    }

    /** Rules 3 and 4. Many calls at once, because granting and cancelling race. A call whose request was sent must say so. */
    @Test
    default void requestThatArrivesThoughItWasCancelledInTheQueueSaysThatItMayHaveBeenSent() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall first = fixture.start(Script.silence());
            fixture.server().awaitRequest();
            List<TransportCall> queued = IntStream.range(0, 50)
                    .mapToObj(i -> fixture.transport().start(named(fixture, String.valueOf(i))))
                    .toList();
            fixture.server().answerAlways(Script.response(200, "after"));

            first.cancel();
            queued.forEach(TransportCall::cancel);

            assertThat(text(head(fixture.transport().start(named(fixture, "50")))))
                    .isEqualTo("after");
            fixture.server().received().stream()
                    .mapToInt(request -> Integer.parseInt(Objects.requireNonNullElse(request.header("X-Name"), "50")))
                    .filter(i -> i < 50)
                    .forEach(i -> assertThat(queued.get(i).mayHaveBeenSent())
                            .as("call %d, whose request arrived", i)
                            .isTrue());
        }
    }

    /** Rule 4. Foreign code may cancel as it hears that the request is sent: before its first byte. */
    @TestFactory
    default Stream<DynamicTest> callThatIsCancelledAsItIsSentWritesNothing() {
        return Stream.of(ConnectionUse.values())
                .map(connection -> dynamicTest(connection.toString(), () -> {
                    try (TransportFixture fixture = connection.prepare(this)) {
                        int before = fixture.server().received().size();
                        CompletableFuture<TransportCall> started = new CompletableFuture<>();
                        TransportRequest request = fixture.post()
                                .onSent(() -> started.orTimeout(10, TimeUnit.SECONDS)
                                        .join()
                                        .cancel())
                                .build();
                        started.complete(fixture.transport().start(request));

                        assertKind(failure(started.join(), PROMPTLY), CANCELLED);

                        fixture.server().answer(Script.response(200, "next"));
                        assertThat(text(head(fixture.transport().start(named(fixture, "next")))))
                                .isEqualTo("next");
                        assertThat(fixture.server().received()).hasSize(before + 1);
                    }
                }));
    }

    /** Rule 4. */
    @Test
    default void cancelWhileConnectingFailsTheCall() {
        try (TransportFixture fixture = TransportFixture.start(this);
                BlackHole hole = BlackHole.open()) {
            TransportCall call = fixture.transport()
                    .start(TransportRequest.builder("POST", hole.uri("http")).build());

            call.cancel();

            assertKind(failure(call, PROMPTLY), CANCELLED);
            assertThat(call.mayHaveBeenSent()).isFalse();
        }
    }

    /** Rule 4. */
    @Test
    default void cancelInAStalledHandshakeClosesTheConnection() {
        try (TransportFixture fixture =
                TransportFixture.start(this, TransportConfig.defaults(), ScriptedServer.startSilent())) {
            TransportCall call = fixture.start();
            fixture.server().awaitConnections(1);

            call.cancel();

            assertKind(failure(call, PROMPTLY), CANCELLED);
            assertThat(call.mayHaveBeenSent()).isFalse();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 4. Before the head, on a fresh and on a reused connection. */
    @TestFactory
    default Stream<DynamicTest> cancelBeforeTheHeadClosesTheConnection() {
        return Stream.of(ConnectionUse.values())
                .map(connection -> dynamicTest(connection.toString(), () -> {
                    try (TransportFixture fixture = connection.prepare(this)) {
                        TransportCall call = fixture.start(Script.silence());
                        fixture.server().awaitRequest();

                        call.cancel();

                        assertKind(failure(call, PROMPTLY), CANCELLED);
                        fixture.server().awaitNoOpenConnections(PROMPTLY);
                    }
                }));
    }

    /** Rule 4. After the head and before a subscription, through the call and through the response. */
    @TestFactory
    default Stream<DynamicTest> cancelOfAnUnreadResponseClosesTheConnection() {
        return combinations(
                Stream.of(BodyPhase.values()), Stream.of(CancelWay.CALL, CancelWay.RESPONSE), (fixture, phase, way) -> {
                    TransportCall call = fixture.start(phase.script());
                    TransportResponse response = head(call);

                    way.cancel(call, response, RecordingSubscriber.withoutDemand());

                    fixture.server().awaitNoOpenConnections(PROMPTLY);
                    assertKind(failure(subscribe(response)), CANCELLED);
                });
    }

    /** Rules 4 and 7. In the body, in each of the three ways. */
    @TestFactory
    default Stream<DynamicTest> cancelInTheBodyClosesTheConnection() {
        return combinations(Stream.of(BodyPhase.values()), Stream.of(CancelWay.values()), (fixture, phase, way) -> {
            TransportCall call = fixture.start(phase.script());
            TransportResponse response = head(call);
            RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(response);
            phase.arrive(body);

            way.cancel(call, response, body);

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            if (way == CancelWay.SUBSCRIPTION) {
                assertThat(body.isTerminated()).as("signalled after its cancel").isFalse();
            } else {
                assertKind(failure(body), CANCELLED);
            }
        });
    }

    /** Rule 4. */
    @Test
    default void cancelFromWithinOnNextClosesTheConnection() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
            body.onItem(item -> body.cancel());
            fixture.exchange(BodyPhase.FLOWING.script()).body().subscribe(body);

            body.request(Long.MAX_VALUE);

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertThat(body.items()).hasSize(1);
            assertThat(body.isTerminated()).isFalse();
        }
    }

    /** Rule 4. */
    @Test
    default void cancelFromWithinOnSubscribeClosesTheConnection() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(BodyPhase.SILENT.script());
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
            head(call).body().subscribe(new CancelAtOnce(body));

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertThat(body.isTerminated()).isFalse();
        }
    }

    /** Rule 4. */
    @Test
    default void cancelFromManyThreadsAtOnceIsOneCancel() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(BodyPhase.FLOWING.script());
            TransportResponse response = head(call);
            RecordingSubscriber<ByteBuffer> body = subscribe(response);
            body.awaitItems(1);

            CompletableFuture.allOf(
                            CompletableFuture.runAsync(call::cancel),
                            CompletableFuture.runAsync(response::close),
                            CompletableFuture.runAsync(call::cancel))
                    .join();
            call.cancel();

            assertKind(failure(body), CANCELLED);
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 4. */
    @Test
    default void cancelAfterTheEndKeepsTheConnection() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall call = fixture.start(Script.response(200, "complete"));
            TransportResponse response = head(call);
            RecordingSubscriber<ByteBuffer> body = subscribe(response);
            body.awaitCompletion();

            call.cancel();
            response.close();
            body.cancel();

            assertThat(text(fixture.exchange(Script.response(200, "again")))).isEqualTo("again");
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 4. */
    @Test
    default void cancelledCallMakesRoomForTheNext() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            for (int i = 0; i < 20; i++) {
                TransportCall call = fixture.start(BodyPhase.SILENT.script());
                head(call);
                call.cancel();
            }

            assertThat(text(fixture.exchange(Script.response(200, "room")))).isEqualTo("room");
        }
    }

    private Stream<DynamicTest> combinations(Stream<BodyPhase> phases, Stream<CancelWay> ways, CancelTest test) {
        var allWays = ways.toList();
        return phases.flatMap(phase -> allWays.stream()
                .flatMap(way -> Stream.of(ConnectionUse.values())
                        .map(connection -> dynamicTest(phase + ", " + way + ", " + connection, () -> {
                            try (TransportFixture fixture = connection.prepare(this)) {
                                test.run(fixture, phase, way);
                            }
                        }))));
    }

    private static TransportRequest named(TransportFixture fixture, String name) {
        return fixture.post().header("X-Name", name).build();
    }
}
