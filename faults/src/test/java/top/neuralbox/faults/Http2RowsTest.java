package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.Gate;

/** Rows 64 to 66: what only HTTP/2 can do. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_2")
class Http2RowsTest {

    private static final long INTERNAL_ERROR = 2;
    private static final long REFUSED_STREAM = 7;
    private static final long CANCEL = 8;
    private static final long ENHANCE_YOUR_CALM = 11;

    @Parameter
    Carrier carrier;

    /** HAProxy says so of a request that its service has read: see HaproxyTest. */
    @Test
    void row64RefusedStreamIsNotSentAgain() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ConnectionException error =
                    row.fails(ConnectionException.class, Reply.nothing().reset(REFUSED_STREAM));

            assertThat(error.reason()).as(Traces.of(error)).isEqualTo(ConnectionException.Reason.LOST);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row65GoAwayLetsTheOpenStreamFinish() {
        try (FaultRow row = FaultRow.on(carrier)) {
            Gate rest = new Gate();
            var events = row.start(Reply.stream(sse(START))
                    .goAway()
                    .await(rest)
                    .data(sse(DELTA, END, DONE))
                    .end());
            events.awaitItems(1);
            rest.open();

            assertThat(text(events.awaitCompletion())).isEqualTo("Here");
        }
    }

    @Test
    void row66ResetStreamIsBroken() {
        for (long code : new long[] {INTERNAL_ERROR, CANCEL, ENHANCE_YOUR_CALM}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                Gate delivered = new Gate();
                var events = row.start(
                        Reply.stream(sse(START, DELTA)).await(delivered).reset(code));
                events.awaitItems(2);
                delivered.open();

                StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, events);
                assertThat(error.kind()).isEqualTo(StreamBrokenException.Kind.RESET);
                assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            }
        }
    }
}
