package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.ValidationException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows 64 to 66, 71 to 73, 76 and 77: HTTP/2 itself. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_2")
class Http2RowsTest {

    private static final long INTERNAL_ERROR = 2;
    private static final long REFUSED_STREAM = 7;
    private static final long CANCEL = 8;
    private static final long ENHANCE_YOUR_CALM = 11;

    private static final int MORE_THAN_A_WINDOW = 1 << 20;

    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int CONTINUATION = 9;
    private static final int ACK = 1;
    private static final byte STATUS_200 = (byte) 0x88;
    /** What a limit and the sockets of both sides hold. */
    private static final long IN_FLIGHT = 16 << 20;
    /** A request has as much again. */
    private static final int MORE_THAN_A_PREFACE = 200;

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

    /** A server that is made with an engine heeds what the client says it takes, so this row has frames made by hand. */
    @Test
    void row71HeaderFieldsWithoutEnd() throws IOException {
        try (SSLServerSocket listener = listenForHttp2();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(URI.create("https://127.0.0.1:" + listener.getLocalPort()))
                        .transport(carrier.shared())
                        .build()) {
            CompletableFuture<Long> server = CompletableFuture.supplyAsync(() -> answerWithFieldsWithoutEnd(listener));

            NeuralBoxException error =
                    catchThrowableOfType(NeuralBoxException.class, () -> client.generate(FaultRow.request()));

            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
            assertThat(server).succeedsWithin(Duration.ofSeconds(20), LONG).isLessThan(IN_FLIGHT);
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

    @Test
    void row76LongHeadIsRead() {
        try (FaultRow row = FaultRow.on(carrier)) {
            assertThat(text(row.completes(
                            Reply.head(200, "Content-Type", "text/event-stream", "report-to", "x".repeat(60_000))
                                    .data(sse(START, DELTA, END, DONE))
                                    .end())))
                    .isEqualTo("Here");
        }
    }

    /** They may be as many as a connection of HTTP/2 carries. */
    @Test
    void row77ReadersThatStandStillHoldUpNoOther() {
        int stalled = 40;
        try (FaultRow row = FaultRow.on(carrier).expectRequests(stalled + 1).pooled(stalled)) {
            List<RecordingSubscriber<GenerationEvent>> readers = new ArrayList<>();
            for (int i = 0; i < stalled; i++) {
                RecordingSubscriber<GenerationEvent> reader = RecordingSubscriber.withoutDemand();
                row.start(reader, Reply.stream(sse(START)).forever(sse(DELTA).repeat(500)));
                reader.request(1);
                reader.awaitItems(1);
                readers.add(reader);
            }

            String[] much = new String[2_000];
            Arrays.fill(much, DELTA);
            assertThat(text(row.completes(Reply.stream(sse(START) + sse(much))
                            .data(sse(END, DONE))
                            .end())))
                    .hasSize("Here".length() * much.length);

            readers.forEach(RecordingSubscriber::cancel);
            row.server().awaitRelease();
        }
    }

    private static SSLServerSocket listenForHttp2() throws IOException {
        SSLContext context = Certificates.ALL.server();
        SSLServerSocket listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
        SSLParameters parameters = listener.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        listener.setSSLParameters(parameters);
        return listener;
    }

    /** Until the client closes the connection (RFC 9113, section 6.10). Gives how many bytes that took. */
    private static long answerWithFieldsWithoutEnd(ServerSocket listener) {
        long taken = 0;
        try (Socket socket = listener.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            out.write(frame(SETTINGS, ACK, 0, new byte[0]));
            socket.getInputStream().readNBytes(MORE_THAN_A_PREFACE);
            out.write(frame(HEADERS, 0, 1, new byte[] {STATUS_200}));
            byte[] more = frame(CONTINUATION, 0, 1, fields());
            while (true) {
                out.write(more);
                taken += more.length;
            }
        } catch (IOException e) {
            // The client has gone, as it should.
            return taken;
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) 0)
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Sixteen KiB of literal fields without indexing (RFC 7541, section 6.2.2). */
    private static byte[] fields() {
        byte[] field = "\u0000\u0006x-more\u001aand more and more and more".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer fields = ByteBuffer.allocate(16_384 / field.length * field.length);
        while (fields.hasRemaining()) {
            fields.put(field);
        }
        return fields.array();
    }
}
