package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.ConnectionException.Reason;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.Timeouts;

/** Rows 4 and 57: all connections are taken. Vert.x carries all HTTP/2 streams on one connection, so it has no queue there. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VERTX_HTTP_2")
class PoolRowsTest {

    /** Short, because the transport owns this timer and no clock of ours moves it; long enough to open a connection. */
    private static final Timeouts SHORT =
            Timeouts.builder().connect(Duration.ofSeconds(1)).build();

    @Parameter
    Carrier carrier;

    @Test
    void row04ExhaustedPoolSaysSoAndIsNotTriedAgain() {
        try (FaultRow row = FaultRow.on(
                carrier, carrier.server(), config -> config.maxConnections(1), settings -> settings.timeouts(SHORT))) {
            var first = row.start(Reply.stream(Reply.sse(Reply.START)).hold());
            first.awaitItems(1);

            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).isEqualTo(Reason.POOL);
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1);
            first.cancel();
        }
    }

    @Test
    void row57CallThatIsCancelledInTheQueueNeverReachesTheWire() {
        try (FaultRow row =
                FaultRow.on(carrier, carrier.server(), config -> config.maxConnections(1), settings -> {})) {
            var first = row.start(Reply.stream(Reply.sse(Reply.START)).hold());
            first.awaitItems(1);
            try (var queued = row.client().stream(FaultRow.request())) {
                queued.cancel();

                assertThatThrownBy(queued::result)
                        .isInstanceOfSatisfying(
                                NeuralBoxException.class,
                                error -> assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1));
            }
            first.cancel();
        }
    }
}
