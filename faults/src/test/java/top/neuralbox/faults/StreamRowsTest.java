package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.Limits;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.StreamBrokenException.Kind;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows 34 to 37 and 42 to 53: faults of the stream itself. */
@ParameterizedClass
@EnumSource
class StreamRowsTest {

    private static final long CANCEL = 8;
    private static final int SMALL = 4 * 1024;
    /** What the buffers of both sides hold beyond the client's limit. */
    private static final int IN_FLIGHT = 16 * 1024 * 1024;

    @Parameter
    Carrier carrier;

    @Test
    void row34SplitAnywhereGivesTheSameEvents() {
        byte[] whole = (sse(START)
                        + "data: {\"type\":\"content_delta\",\r\n"
                        + "data: \"delta\":\"h\u00e9 \\u00e9 \ud83d\ude00\"}\r\n\r\n"
                        + sse(END, DONE))
                .getBytes(StandardCharsets.UTF_8);
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            Reply.Builder bytewise = Reply.head(200, "Content-Type", "text/event-stream");
            for (byte one : whole) {
                bytewise.data(new byte[] {one});
            }
            List<GenerationEvent> events = row.completes(bytewise.end());

            assertThat(text(events)).isEqualTo("h\u00e9 \u00e9 \ud83d\ude00");
            assertThat(events)
                    .isEqualTo(row.completes(Reply.stream("").data(whole).end()));
        }
    }

    @Test
    void row35LineEndsByteOrderMarkAndManyDataLines() {
        String stream =
                "\ufeffdata:" + START + "\r\rdata: {\"type\": \"content_delta\",\ndata:\"delta\": \"Here\"}\r\n\n"
                        + ": a comment\n" + sse(END, DONE);
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            assertThat(row.completes(Reply.stream(stream).end()))
                    .isEqualTo(row.completes(Reply.events(START, DELTA, END, DONE)));
        }
    }

    @Test
    void row36InvalidUtf8IsReplaced() {
        byte[] before =
                (sse(START) + "data: {\"type\": \"content_delta\", \"delta\": \"a").getBytes(StandardCharsets.UTF_8);
        byte[] after = ("b\"}\n\n" + sse(END, DONE)).getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(before, before.length + 1 + after.length);
        all[before.length] = (byte) 0xff;
        System.arraycopy(after, 0, all, before.length + 1, after.length);
        try (FaultRow row = FaultRow.on(carrier)) {
            assertThat(text(row.completes(Reply.stream("").data(all).end()))).isEqualTo("a\ufffdb");
        }
    }

    @Test
    void row37LineWithoutEndIsGivenUpAtItsLimit() {
        limited(Limits.builder().lineBytes(SMALL).build(), "x".repeat(1_000));
    }

    @Test
    void row37EventWithoutEndIsGivenUpAtItsLimit() {
        limited(Limits.builder().eventBytes(SMALL).build(), "data: " + "x".repeat(100) + "\n");
    }

    @Test
    void row37StreamWithoutEndIsGivenUpAtItsLimit() {
        limited(Limits.builder().streamBytes(SMALL).build(), sse(DELTA));
    }

    @Test
    void row42LossBeforeTheHead() {
        for (Reply reply : new Reply[] {Reply.nothing().close(), Reply.nothing().reset(CANCEL)}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                ConnectionException error = row.fails(ConnectionException.class, reply);

                assertThat(error.reason()).as(Traces.of(error)).isEqualTo(ConnectionException.Reason.LOST);
                assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row44LossBeforeAnyEvent() {
        for (boolean reset : new boolean[] {false, true}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                Gate headRead = new Gate();
                Reply.Builder reply = Reply.head(200, "Content-Type", "text/event-stream")
                        .data(": hello\n")
                        .await(headRead);
                var events = row.start(reset ? reply.reset(CANCEL) : reply.close());
                top.neuralbox.FaultClock.await("the comment", () -> row.ledger().received() > 0);
                headRead.open();

                StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, events);
                assertThat(error.kind()).isEqualTo(Kind.RESET);
                assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row45LossInsideAnEventKeepsWhatArrivedAndHandsOutNoHalf() {
        for (boolean reset : new boolean[] {false, true}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                Gate delivered = new Gate();
                Reply.Builder reply = Reply.stream(sse(START, DELTA) + "data: {\"type\": \"content_del")
                        .await(delivered);
                var events = row.start(reset ? reply.reset(CANCEL) : reply.close());
                events.awaitItems(2);
                delivered.open();

                StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, events);
                assertThat(error.kind()).isEqualTo(Kind.RESET);
                assertThat(events.items()).hasSize(2);
                assertThat(error.partial().id()).isEqualTo("gen_1");
                assertThat(error.partial().text()).isEqualTo("Here");
                assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row46LossAfterGenerationEndIsASuccess() {
        for (boolean reset : new boolean[] {false, true}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                Gate delivered = new Gate();
                Reply.Builder reply = Reply.stream(sse(START, DELTA, END)).await(delivered);
                var events = row.start(reset ? reply.reset(CANCEL) : reply.close());
                events.awaitItems(3);
                delivered.open();

                assertThat(events.awaitCompletion()).hasSize(3);
            }
        }
    }

    @Test
    void row46SilenceAfterGenerationEndIsASuccessAfterTwoSeconds() {
        java.time.Duration afterEnd = java.time.Duration.ofSeconds(2);
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(Reply.stream(sse(START, DELTA, END)).hold());
            events.awaitItems(3);
            row.clock().awaitTimer(afterEnd);

            row.clock().advance(afterEnd);

            assertThat(events.awaitCompletion()).hasSize(3);
        }
    }

    @Test
    void row47CleanEndWithoutGenerationEndIsTruncated() {
        truncated(START, DELTA);
    }

    @Test
    void row48DoneWithoutGenerationEndIsTruncated() {
        truncated(START, DELTA, DONE);
    }

    @Test
    void row49DataAfterDoneIsIgnored() {
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events = row.completes(Reply.stream(sse(START, DELTA, END, DONE, DELTA, "{not json"))
                    .end());

            assertThat(events).hasSize(3);
        }
    }

    @Test
    void row49EndAfterDoneCompletesNothing() {
        truncated(START, DELTA, DONE, DELTA, END);
    }

    @Test
    void row49EndlessDataAfterDoneIsGivenUp() {
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events =
                    row.completes(Reply.stream(sse(START, DELTA, END, DONE)).forever(sse(DELTA)));

            assertThat(events).hasSize(3);
        }
    }

    @Test
    void row50ErrorEventKeepsWhatArrivedAndCostsNothing() {
        try (FaultRow row = FaultRow.on(carrier)) {
            GenerationFailedException error = row.fails(
                    GenerationFailedException.class,
                    Reply.events(START, DELTA, "{\"type\": \"error\", \"message\": \"upstream failed\"}", DONE));

            assertThat(error).hasMessageContaining("upstream failed");
            assertThat(error.partial().text()).isEqualTo("Here");
            assertThat(error.partial().id()).isEqualTo("gen_1");
            assertFacts(error, Phase.STREAM, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row51RepeatedStartAndEndDoNotSettleTwice() {
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events = row.completes(
                    Reply.events(START, START.replace("gen_1", "gen_2"), DELTA, END, END.replace("297", "294"), DONE));

            assertThat(events).hasSize(3);
            assertThat(((GenerationEvent.Start) events.get(0)).id()).isEqualTo("gen_1");
            assertThat(((GenerationEvent.End) events.get(2)).billing().balanceRemaining())
                    .isEqualTo("297");
            assertThat(row.ledger().outcomes()).hasSize(1);
        }
    }

    @Test
    void row52UnknownTypesFieldsAndOtherNamesAreTolerated() {
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events = row.completes(Reply.events(
                    "{\"type\": \"generation_start\", \"id\": 18473, \"model_slug\": \"gpt-5\", \"new\": [{}]}",
                    "{\"type\": \"thinking\", \"text\": \"hm\"}",
                    DELTA,
                    "{\"type\": \"generation_end\", \"id\": 18473, \"tokens_spent\": 3}",
                    DONE));

            assertThat(events.get(0))
                    .isInstanceOfSatisfying(
                            GenerationEvent.Start.class,
                            start -> assertThat(start.id()).isEqualTo("18473"));
            assertThat(events.get(1)).isInstanceOf(GenerationEvent.Unknown.class);
            assertThat(((GenerationEvent.End) events.get(3)).billing().creditsUsed())
                    .isEqualTo("3");
        }
    }

    @Test
    void row53EventThatIsNoJsonObjectBreaksTheStream() {
        for (String data : new String[] {"{not json", "[1]", "42", "{\"type\": \"content_delta\", \"delta\": 1}"}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                StreamBrokenException error =
                        row.fails(StreamBrokenException.class, Reply.events(START, DELTA, data, END, DONE));

                assertThat(error.kind()).as(data).isEqualTo(Kind.MALFORMED);
                assertThat(error.partial().text()).isEqualTo("Here");
                assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row53DeepNestingAndLongNumbersAreNoError() {
        int depth = 20_000;
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events = row.completes(Reply.events(
                    START,
                    "{\"type\": \"deep\", \"in\": " + "[".repeat(depth) + "]".repeat(depth) + "}",
                    "{\"type\": \"long\", \"n\": " + "9".repeat(depth) + "}",
                    DELTA,
                    END,
                    DONE));

            assertThat(events).hasSize(5);
        }
    }

    /** The first event is read before the rest comes: in one piece with it, it would be beyond the limit too. */
    private void limited(Limits limits, String endless) {
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.limits(limits))) {
            Gate begun = new Gate();
            RecordingSubscriber<GenerationEvent> events =
                    row.start(Reply.stream(sse(START)).await(begun).forever(endless));
            events.awaitItems(1);
            begun.open();
            StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, events);

            assertThat(error.kind()).isEqualTo(Kind.LIMIT);
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            assertThat(row.server().bytesWritten()).isLessThan(IN_FLIGHT);
        }
    }

    private void truncated(String... events) {
        try (FaultRow row = FaultRow.on(carrier)) {
            RecordingSubscriber<GenerationEvent> seen = row.start(Reply.events(events));

            StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, seen);
            assertThat(error.kind()).isEqualTo(Kind.TRUNCATED);
            assertThat(seen.items()).hasSize(2);
            assertThat(error.partial().text()).isEqualTo("Here");
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
        }
    }
}
