package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/**
 * Row 92: the server sends, and resets the connection while the client has bytes to write. The write fails, but the earlier
 * bytes of the server are in the client's socket. Frames and records are made by hand, because no server with an engine does
 * so.
 */
@ParameterizedClass
@EnumSource
class FailedWriteRowsTest {

    /** The kernel keeps up to four mebibytes that a client has written, and the server's part is made small. */
    private static final int MORE_THAN_SOCKETS_HOLD = 8 << 20;

    private static final int SMALL_BUFFER = 4_096;

    /** More records than the client reads at once, and less than its socket takes before it reads. */
    private static final int DELTAS = 800;

    private static final int MOST_IN_A_FRAME = 16_384;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PREFACE = 24;
    private static final byte STATUS_200 = (byte) 0x88;

    private final Gate begun = new Gate();
    private final Gate gone = new Gate();

    @Parameter
    Carrier carrier;

    @Test
    void row92AnswerBeforeAFailedWriteIsRead() throws Exception {
        String rest = sse(Collections.nCopies(DELTAS, DELTA).toArray(String[]::new)) + sse(END, DONE);

        RecordingSubscriber<GenerationEvent> events = generate(rest, true);

        assertThat(text(events.awaitCompletion())).isEqualTo("Here".repeat(DELTAS));
    }

    @Test
    void row92TextBeforeAFailedWriteIsKept() throws Exception {
        String rest = sse(Collections.nCopies(DELTAS, DELTA).toArray(String[]::new));

        StreamBrokenException error = FaultRow.failure(StreamBrokenException.class, generate(rest, false));

        assertThat(error.partial().text()).isEqualTo("Here".repeat(DELTAS));
    }

    /** The thread that reads stands still in a callback until the server has gone. */
    private RecordingSubscriber<GenerationEvent> generate(String rest, boolean whole) throws Exception {
        try (ServerSocket listener = listener();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(URI.create("https://127.0.0.1:" + listener.getLocalPort()))
                        .transport(carrier.shared())
                        .build()) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> serve(listener, rest, whole));
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.<GenerationEvent>unbounded()
                    .onItem(event -> {
                        begun.open();
                        gone.await();
                    });

            client.publish(request()).subscribe(events);

            assertThat(server).succeedsWithin(Duration.ofSeconds(20));
            return terminated(events);
        }
    }

    private static ServerSocket listener() throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReceiveBufferSize(SMALL_BUFFER);
        listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        return listener;
    }

    private static RecordingSubscriber<GenerationEvent> terminated(RecordingSubscriber<GenerationEvent> events) {
        top.neuralbox.FaultClock.await("the end", events::isTerminated);
        return events;
    }

    /** Over HTTP/1.1 it is more than the server reads, so that there is something left to write. */
    private GenerationRequest request() {
        return carrier.isHttp2()
                ? FaultRow.request()
                : GenerationRequest.of("gpt-5", "x".repeat(MORE_THAN_SOCKETS_HOLD));
    }

    private void serve(ServerSocket listener, String rest, boolean whole) {
        try (Socket plain = listener.accept();
                SSLSocket secure = (SSLSocket) Certificates.ALL
                        .server()
                        .getSocketFactory()
                        .createSocket(plain, "127.0.0.1", plain.getPort(), false)) {
            // What the kernel holds back, a reset throws away.
            plain.setTcpNoDelay(true);
            secure.setUseClientMode(false);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {carrier.isHttp2() ? "h2" : "http/1.1"});
            secure.setSSLParameters(parameters);
            if (carrier.isHttp2()) {
                answerInFrames(secure, rest, whole);
            } else {
                answerEarly(secure, rest, whole);
            }
            plain.setSoLinger(true, 0);
            plain.close();
            gone.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answerEarly(SSLSocket socket, String rest, boolean whole) throws IOException {
        socket.getInputStream().readNBytes(1_000);
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk(sse(START)))
                .getBytes(StandardCharsets.US_ASCII));
        begun.await();
        out.write((chunk(rest) + (whole ? "0\r\n\r\n" : "")).getBytes(StandardCharsets.US_ASCII));
    }

    private static String chunk(String content) {
        return Integer.toHexString(content.length()) + "\r\n" + content + "\r\n";
    }

    /** Asks for a PING back as soon as the client goes on. */
    private void answerInFrames(SSLSocket socket, String rest, boolean whole) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[PREFACE]);
        int stream = requested(in);
        byte[] head = frame(HEADERS, END_HEADERS, stream, fields());
        byte[] start = frame(DATA, 0, stream, sse(START).getBytes(StandardCharsets.US_ASCII));
        byte[] ping = frame(PING, 0, 0, new byte[8]);
        out.write(ByteBuffer.allocate(head.length + start.length + ping.length)
                .put(head)
                .put(start)
                .put(ping)
                .array());
        begun.await();
        ByteBuffer content = ByteBuffer.wrap(rest.getBytes(StandardCharsets.US_ASCII));
        while (content.hasRemaining()) {
            byte[] piece = new byte[Math.min(MOST_IN_A_FRAME, content.remaining())];
            content.get(piece);
            boolean last = whole && !content.hasRemaining();
            out.write(frame(DATA, last ? END_STREAM : 0, stream, piece));
        }
    }

    /** Reads up to the end of a request; the number of its stream. */
    private static int requested(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            in.readFully(new byte[length]);
            if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
                return stream;
            }
        }
    }

    /** With the content type as a literal that is not indexed, name 31 of the static table (RFC 7541, section 6.2.2). */
    private static byte[] fields() {
        byte[] type = "text/event-stream".getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(4 + type.length)
                .put(STATUS_200)
                .put((byte) 0x0f)
                .put((byte) (31 - 15))
                .put((byte) type.length)
                .put(type)
                .array();
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
}
