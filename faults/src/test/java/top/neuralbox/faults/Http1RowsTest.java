package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;

/** Rows 43 and 71 to 74: how HTTP/1.1 itself is spoken, byte by byte. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_1_1")
class Http1RowsTest {

    private static final String WHOLE = sse(START, DELTA, END, DONE);

    @Parameter
    Carrier carrier;

    @Test
    void row43PooledConnectionThatIsClosedAsWeWriteMayHaveCarriedTheRequest() {
        row((row, server) -> {
            server.answer(chunked(WHOLE));
            assertThat(text(row.completes())).isEqualTo("Here");
            server.answer(Script.builder().close().build());

            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).isEqualTo(ConnectionException.Reason.LOST);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            row.expectRequests(2);
        });
    }

    @Test
    void row71HeaderFieldsWithoutEnd() {
        protocol(Script.builder()
                .text("HTTP/1.1 200 OK\r\n")
                .repeatForever("X-More: and more\r\n".getBytes(StandardCharsets.US_ASCII))
                .build());
    }

    @Test
    void row71HeaderFieldOfAMebibyte() {
        protocol(Script.builder()
                .text("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(1 << 20) + "\r\n\r\n")
                .hold()
                .build());
    }

    @Test
    void row72InterimResponsesAreIgnored() {
        row((row, server) -> {
            server.answer(Script.builder()
                    .head(100)
                    .head(103, "Link: </style.css>")
                    .eventStream()
                    .chunk(WHOLE)
                    .lastChunk()
                    .build());

            assertThat(text(row.completes())).isEqualTo("Here");
        });
    }

    @Test
    void row74ConflictingLengthsAreNoStreamOfEvents() {
        row((row, server) -> {
            server.answer(Script.builder()
                    .head(
                            200,
                            "Content-Type: text/event-stream",
                            "Content-Length: 5",
                            "Content-Length: 6",
                            "Connection: close")
                    .text(WHOLE)
                    .close()
                    .build());

            NeuralBoxException error = failure(NeuralBoxException.class, row.start());

            assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(error.attempts()).isEqualTo(1);
        });
    }

    private void protocol(Script script) {
        row((row, server) -> {
            server.answer(script);

            UnexpectedResponseException error = failure(UnexpectedResponseException.class, row.start());

            assertThat(error.reason()).isEqualTo(UnexpectedResponseException.Reason.PROTOCOL);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            server.awaitNoOpenConnections(java.time.Duration.ofSeconds(1));
        });
    }

    private void row(java.util.function.BiConsumer<FaultRow, ScriptedServer> test) {
        ScriptedServer server = ScriptedServer.start();
        Consumer<top.neuralbox.NeuralBox.Builder> unchanged = settings -> {};
        try (FaultRow row = FaultRow.on(carrier, new Http1FaultServer(server), config -> {}, unchanged)) {
            test.accept(row, server);
        }
    }

    private static Script chunked(String content) {
        return Script.builder().eventStream().chunk(content).lastChunk().build();
    }
}
