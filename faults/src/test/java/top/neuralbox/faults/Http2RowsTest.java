package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
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
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.ValidationException;
import top.neuralbox.testkit.Gate;

/** Rows 64 to 66 and 71 to 73: how HTTP/2 itself is spoken. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_2")
class Http2RowsTest {

    private static final long INTERNAL_ERROR = 2;
    private static final long REFUSED_STREAM = 7;
    private static final long CANCEL = 8;
    private static final long ENHANCE_YOUR_CALM = 11;

    private static final int MORE_THAN_A_WINDOW = 1 << 20;

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

    @Test
    void row71HeaderFieldsBeyondReason() {
        Reply.Builder tooMany = Reply.nothing();
        String[] fields = new String[2 * 4_000];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "x-more-" + i;
            fields[i + 1] = "and more ".repeat(100);
        }
        try (FaultRow row = FaultRow.alone(carrier)) {
            NeuralBoxException error = row.fails(
                    NeuralBoxException.class, tooMany.head(200, fields).hold());

            assertThat(error.getMessage()).doesNotContain("and more");
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row72InterimResponsesAreIgnored() {
        try (FaultRow row = FaultRow.on(carrier)) {
            assertThat(text(row.completes(Reply.head(103, "link", "</style.css>")
                            .head(200, "Content-Type", "text/event-stream")
                            .data(sse(START, DELTA, END, DONE))
                            .end())))
                    .isEqualTo("Here");
        }
    }

    @Test
    void row73AnswerBeforeTheRequestIsWholeIsDelivered() {
        Http2FaultServer server = new Http2FaultServer(false).early();
        try (FaultRow row = FaultRow.on(carrier, server, config -> {}, settings -> {})) {
            row.answer(Reply.json(413, "{\"error\": \"bad_request\", \"message\": \"too long\"}"));

            ValidationException error = catchThrowableOfType(
                    ValidationException.class,
                    () -> row.client().generate(GenerationRequest.of("gpt-5", "x".repeat(MORE_THAN_A_WINDOW))));

            assertThat(error.serviceMessage()).isEqualTo("too long");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }
}
