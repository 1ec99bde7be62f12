package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.ValidationException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** Rows 43, 71 to 76, 80, 81 and 92: HTTP/1.1 itself, byte by byte. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_1_1")
class Http1RowsTest {

    /** The kernel keeps some ten mebibytes at the most of what a peer does not read. */
    private static final int MORE_THAN_SOCKETS_HOLD = 12 << 20;

    private static final int RACES = 100;
    private static final long STEP_NANOS = 500;

    private static final String TOO_LONG = "{\"error\": \"bad_request\", \"message\": \"too long\"}";
    private static final String EARLY_ANSWER =
            "HTTP/1.1 413 \r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                    + TOO_LONG.length() + "\r\n\r\n" + TOO_LONG;

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
                    .head(102)
                    .head(103, "Link: </style.css>")
                    .head(199, "Content-Length: 5")
                    .eventStream()
                    .chunk(WHOLE)
                    .lastChunk()
                    .build());

            assertThat(text(row.completes())).isEqualTo("Here");
        });
    }

    /** The server never reads the whole request, so this row has no next call on it, and no count of requests. */
    @Test
    void row73AnswerBeforeTheRequestIsWholeIsDelivered() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
                NeuralBox client = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(URI.create("http://127.0.0.1:" + listener.getLocalPort()))
                        .transport(carrier.shared())
                        .build()) {
            Gate read = new Gate();
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> answerEarly(listener, read));

            ValidationException error = catchThrowableOfType(
                    ValidationException.class,
                    () -> client.generate(GenerationRequest.of("gpt-5", "x".repeat(MORE_THAN_SOCKETS_HOLD))));

            read.open();
            assertThat(error.status()).isEqualTo(413);
            assertThat(error.serviceMessage()).isEqualTo("too long");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
            assertThat(server).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void row74TwoLengthsAreNoStreamOfEvents() {
        protocol(Script.builder()
                .head(200, "Content-Type: text/event-stream", "Content-Length: 5", "Content-Length: 6")
                .text(WHOLE)
                .build());
    }

    @Test
    void row74LengthBesideChunksIsNoStreamOfEvents() {
        protocol(Script.builder()
                .head(200, "Content-Type: text/event-stream", "Content-Length: 5", "Transfer-Encoding: chunked")
                .chunk(WHOLE)
                .lastChunk()
                .build());
    }

    /**
     * The cancel moves through the end of the first answer, while the second call waits for the one connection. In every second
     * round the first call has opened it. The first answer lacks its generation_end, for behind that the client ends the
     * exchange by itself, and a cancel by the caller does nothing. A second call that loses its connection before it is sent is
     * tried again, so that only its wait shows.
     */
    @Test
    void row80CancelThatMeetsTheEndLeavesTheNextCallAlone() throws InterruptedException {
        ScriptedServer server = ScriptedServer.start();
        try (FaultRow row = FaultRow.on(
                carrier, new Http1FaultServer(server), config -> config.maxConnections(1), settings -> {})) {
            for (int round = 0; round < RACES; round++) {
                Gate last = new Gate();
                Script whole = inOneWrite(WHOLE, "0\r\n\r\n");
                Script lastOnConnection = inOneWrite(WHOLE, "0\r\n\r\n", "Connection: close");
                Script truncated = inOneWrite(sse(START, DELTA), "0\r\n\r\n");
                server.answer(Script.builder().await(last).then(truncated).build())
                        .answer(round % 2 == 0 ? whole : lastOnConnection);
                long later = STEP_NANOS * round;
                AtomicBoolean ending = new AtomicBoolean();
                RecordingSubscriber<GenerationEvent> first = RecordingSubscriber.<GenerationEvent>unbounded()
                        .onItem(event -> ending.set(event instanceof GenerationEvent.Delta));
                Thread cancelling = new Thread(() -> cancel(first, ending, later), "cancelling");
                cancelling.setDaemon(true);
                cancelling.start();

                row.start(first);
                server.awaitRequest();
                RecordingSubscriber<GenerationEvent> second = row.start();
                last.open();

                assertThat(text(second.awaitCompletion())).isEqualTo("Here");
                server.awaitRequest();
                ending.set(true);
                cancelling.join();
            }
            assertThat(row.ledger().waits())
                    .as("waits before a further attempt")
                    .isEmpty();
            row.expectRequests(2 * RACES);
        }
    }

    @Test
    void row81EndBeforeABrokenChunkIsASuccess() {
        row((row, server) -> {
            server.answer(Script.builder()
                    .then(inOneWrite(sse(START, DELTA, END), "zz\r\n"))
                    .hold()
                    .build());

            assertThat(text(row.completes())).isEqualTo("Here");
        });
    }

    @Test
    void row81TextBeforeABrokenChunkIsKept() {
        row((row, server) -> {
            server.answer(Script.builder()
                    .then(inOneWrite(sse(START, DELTA), "zz\r\n"))
                    .hold()
                    .build());

            StreamBrokenException error = failure(StreamBrokenException.class, row.start());

            assertThat(error.partial().text()).isEqualTo("Here");
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
        });
    }

    private static void cancel(RecordingSubscriber<?> subscriber, AtomicBoolean ending, long later) {
        while (!ending.get()) {
            Thread.onSpinWait();
        }
        long moment = System.nanoTime() + later;
        while (System.nanoTime() < moment) {
            Thread.onSpinWait();
        }
        subscriber.cancel();
    }

    /** Head, one chunk and what follows it, which a client may read at once. */
    private static Script inOneWrite(String content, String rest, String... fieldLines) {
        StringBuilder fields = new StringBuilder();
        for (String line : fieldLines) {
            fields.append(line).append("\r\n");
        }
        return Script.builder()
                .text("HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n" + fields
                        + "\r\n" + Integer.toHexString(content.getBytes(StandardCharsets.UTF_8).length) + "\r\n"
                        + content
                        + "\r\n" + rest)
                .build();
    }

    @Test
    void row75InterimResponsesWithoutEnd() {
        protocol(Script.builder()
                .repeatForever("HTTP/1.1 102 Processing\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                .build());
    }

    @Test
    void row75SwitchToAnotherProtocol() {
        protocol(Script.builder()
                .head(101, "Upgrade: h2c", "Connection: Upgrade")
                .then(chunked(WHOLE))
                .build());
    }

    /** On the only connection there is, the second caller would read what is left of the first one's answer. */
    @Test
    void row75AnswerBehindInterimResponsesIsReadByItsOwnCallerAlone() {
        ScriptedServer server = ScriptedServer.start();
        try (FaultRow row = FaultRow.on(
                carrier, new Http1FaultServer(server), config -> config.maxConnections(1), settings -> {})) {
            for (String text : new String[] {"Mine", "Yours"}) {
                server.answer(Script.builder()
                        .head(102)
                        .then(chunked(WHOLE.replace("Here", text)))
                        .build());
                assertThat(text(row.completes())).isEqualTo(text);
            }
            row.expectRequests(2);
        }
    }

    /** As a server does that has no room for one more. The other tests of this row are those of FailedWriteRowsTest. */
    @Test
    void row92AnswerThatCameBeforeTheFirstWriteFailedIsRead() throws Exception {
        Gate sending = new Gate();
        Gate gone = new Gate();
        try (ServerSocket listener = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
                NeuralBox client = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(URI.create("http://127.0.0.1:" + listener.getLocalPort()))
                        .transport(carrier.shared())
                        .listener(call -> new GenerationListener.Observer() {
                            @Override
                            public void sent(int attempt) {
                                sending.open();
                                gone.await();
                            }

                            @Override
                            public void ended(GenerationOutcome outcome) {}
                        })
                        .build()) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> answerAndReset(listener, sending, gone));

            ValidationException error =
                    catchThrowableOfType(ValidationException.class, () -> client.generate(FaultRow.request()));

            assertThat(server).succeedsWithin(Duration.ofSeconds(20));
            assertThat(error.serviceMessage()).isEqualTo("too long");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row76LongHeadIsRead() {
        for (int length : new int[] {12_000, 60_000}) {
            row((row, server) -> {
                server.answer(Script.builder()
                        .head(
                                200,
                                "Content-Type: text/event-stream",
                                "Transfer-Encoding: chunked",
                                "Report-To: " + "x".repeat(length))
                        .chunk(WHOLE)
                        .lastChunk()
                        .build());

                assertThat(text(row.completes())).isEqualTo("Here");
            });
        }
    }

    @Test
    void row76TooLongHeadNamesTheBound() {
        row((row, server) -> {
            server.answer(Script.response(200, WHOLE, "Report-To: " + "x".repeat(70_000)));

            UnexpectedResponseException error = failure(UnexpectedResponseException.class, row.start());

            assertThat(error.reason()).isEqualTo(UnexpectedResponseException.Reason.PROTOCOL);
            assertThat(error).hasMessageContaining("64 KiB");
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            server.awaitNoOpenConnections(Duration.ofSeconds(1));
        });
    }

    /** Answers before there is a request, and has gone before the first byte of it is written. */
    private static void answerAndReset(ServerSocket listener, Gate sending, Gate gone) {
        try (Socket socket = listener.accept()) {
            sending.await();
            socket.getOutputStream().write(EARLY_ANSWER.getBytes(StandardCharsets.US_ASCII));
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        gone.open();
    }

    /** Takes the first bytes only until the answer was read, so that the request cannot be written whole before it. */
    private static void answerEarly(ServerSocket listener, Gate read) {
        try (Socket socket = listener.accept()) {
            socket.getInputStream().readNBytes(1_000);
            socket.getOutputStream().write(EARLY_ANSWER.getBytes(StandardCharsets.US_ASCII));
            read.await();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException e) {
            // The client gave the rest of the request up: that is as good as its end.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void protocol(Script script) {
        row((row, server) -> {
            server.answer(script);

            UnexpectedResponseException error = failure(UnexpectedResponseException.class, row.start());

            assertThat(error.reason()).isEqualTo(UnexpectedResponseException.Reason.PROTOCOL);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            server.awaitNoOpenConnections(Duration.ofSeconds(1));
        });
    }

    private void row(BiConsumer<FaultRow, ScriptedServer> test) {
        ScriptedServer server = ScriptedServer.start();
        Consumer<NeuralBox.Builder> unchanged = settings -> {};
        try (FaultRow row = FaultRow.on(carrier, new Http1FaultServer(server), config -> {}, unchanged)) {
            test.accept(row, server);
        }
    }

    private static Script chunked(String content) {
        return Script.builder().eventStream().chunk(content).lastChunk().build();
    }
}
