package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.Timeouts;
import top.neuralbox.relay.RelayOnAClock;
import top.neuralbox.relay.RelayStalledException;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows from H15 on: faults of the machine and of readers. */
@ParameterizedClass
@EnumSource
class HostMachineRowsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration IDLE = Timeouts.defaults().idle();

    @Parameter
    Carrier carrier;

    @Test
    void h15ReaderOfARelayThatNeverReadsIsGivenUp() {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.stream(sse(START)).forever(sse(DELTA)));
            StreamRelay relay = RelayOnAClock.drive(
                            StreamRelay.builder(row.client().publish(request())), row.clock())
                    .build();
            RecordingSubscriber<ByteBuffer> reader = RecordingSubscriber.withoutDemand();
            relay.body().subscribe(reader);
            reader.request(2);
            reader.awaitItems(2);

            row.clock().advanceUntil(reader::isTerminated, PATIENCE, () -> {});

            assertThat(reader.awaitError()).isInstanceOf(RelayStalledException.class);
            row.server().awaitRelease();
            FaultClock.await("the end", () -> !row.ledger().outcomes().isEmpty());
        }
    }

    @Test
    void h16ProcessThatWasFrozenReadsWhatHasCome() {
        try (FaultRow row = FaultRow.on(carrier)) {
            Gate thawed = new Gate();
            var events = row.start(Reply.stream(sse(START, DELTA))
                    .await(thawed)
                    .data(sse(Reply.END, Reply.DONE))
                    .end());
            events.awaitItems(2);

            row.clock().freeze(Duration.ofHours(8));
            thawed.open();

            events.awaitCompletion();
        }
    }

    @Test
    void h17WallClockThatJumpsAWeekAheadAndBackChangesNothing() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(3)) {
            for (Duration ahead : List.of(Duration.ofDays(7), Duration.ofDays(-7), Duration.ZERO)) {
                Gate almost = new Gate();
                Gate jumped = new Gate();
                var events = row.start(Reply.stream(sse(START))
                        .await(almost)
                        .data(sse(DELTA))
                        .await(jumped)
                        .data(sse(Reply.END, Reply.DONE))
                        .end());
                events.awaitItems(1);
                row.clock().advance(IDLE.minusSeconds(1));
                almost.open();
                events.awaitItems(2);

                row.clock().setWall(ahead);

                // The timer of the first event looks, and finds that the second came a moment ago.
                row.clock().advance(Duration.ofSeconds(2));
                jumped.open();
                events.awaitCompletion();
            }
        }
    }
}
