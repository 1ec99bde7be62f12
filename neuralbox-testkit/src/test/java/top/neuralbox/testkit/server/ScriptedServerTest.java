package top.neuralbox.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.ReceivedRequest;

class ScriptedServerTest {

    private static final String POST = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    private static final int RESPONSE_LENGTH = "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\none".length();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ScriptedServer server = ScriptedServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void requestIsRecordedAsItArrived() throws IOException {
        try (Socket client = connect()) {
            send(client, POST);

            ReceivedRequest request = server.awaitRequest();

            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/a?b=c");
            assertThat(request.header("host")).isEqualTo("x");
            assertThat(request.text()).isEqualTo("abc");
            assertThat(server.bytesReceived()).isEqualTo(POST.length());
        }
    }

    @Test
    void chunkedRequestIsJoined() throws IOException {
        try (Socket client = connect()) {
            send(client, "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n");

            assertThat(server.awaitRequest().text()).isEqualTo("abc");
        }
    }

    @Test
    void scriptsAreTakenInOrderOnOneConnection() throws IOException {
        server.answer(Script.response(200, "one")).answer(Script.response(201, "two"));
        try (Socket client = connect()) {
            send(client, POST);
            assertThat(read(client, RESPONSE_LENGTH)).startsWith("HTTP/1.1 200").endsWith("one");
            send(client, POST);
            assertThat(read(client, RESPONSE_LENGTH)).startsWith("HTTP/1.1 201").endsWith("two");
        }
        assertThat(server.connectionCount()).isEqualTo(1);
        assertThat(server.received()).extracting(ReceivedRequest::connection).containsExactly(1L, 1L);
    }

    @Test
    void scriptsAreTakenInOrderOfArrivalWhateverIsServedFirst() throws IOException {
        Gate gate = new Gate();
        server.answer(Script.builder().await(gate).close().build())
                .answer(Script.response(201, "two"))
                .answer(Script.response(202, "three"));
        try (Socket client = connect();
                Socket other = connect()) {
            send(client, POST + POST);
            server.awaitRequest();
            server.awaitRequest();

            send(other, POST);

            assertThat(read(other, 12)).isEqualTo("HTTP/1.1 202");
        } finally {
            gate.open();
        }
    }

    @Test
    void unscriptedRequestGetsAClearAnswer() throws IOException {
        try (Socket client = connect()) {
            send(client, POST);

            assertThat(read(client, 12)).isEqualTo("HTTP/1.1 501");
        }
    }

    @Test
    void gateHoldsTheRestBack() throws IOException {
        Gate rest = new Gate();
        Gate written = new Gate();
        server.answer(Script.builder()
                .text("first")
                .open(written)
                .await(rest)
                .text("second")
                .build());
        try (Socket client = connect()) {
            send(client, POST);
            assertThat(read(client, 5)).isEqualTo("first");
            written.await();
            assertThat(server.bytesWritten()).isEqualTo(5);
            rest.open();
            assertThat(read(client, 6)).isEqualTo("second");
        }
    }

    @Test
    void piecesOfASplitLeaveTheServerOneByOne() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        ScriptRun.Sink sink = (bytes, offset, length) -> lengths.add(length);
        ScriptRun run = new ScriptRun(sink, ScriptClock.SYSTEM);

        run.write(new byte[7]);
        run.split(position -> position < 2 ? 2 : position < 3 ? 3 : Long.MAX_VALUE);
        run.write(new byte[4]);
        run.split(position -> position - position % 3 + 3);
        run.write(new byte[2]);
        run.write(new byte[5]);

        assertThat(lengths).containsExactly(7, 2, 1, 1, 2, 1, 3, 1);
    }

    @Test
    void splitKeepsAllBytes() throws IOException {
        server.answer(Script.builder()
                .splitAt(2, 3)
                .text("abc")
                .text("def")
                .splitEvery(1)
                .text("gh")
                .build());
        try (Socket client = connect()) {
            send(client, POST);

            assertThat(read(client, 8)).isEqualTo("abcdefgh");
        }
    }

    @Test
    void closeOfASilentClientIsSeen() throws IOException {
        server.answerAlways(Script.silence());
        try (Socket client = connect()) {
            send(client, POST);
            server.awaitRequest();
            assertThat(server.openConnections()).isEqualTo(1);
        }
        server.awaitNoOpenConnections(SECOND);
    }

    @Test
    void closeOfAClientThatReadsNothingIsSeenWhileTheServerIsBlockedInAWrite() throws IOException {
        server.answerAlways(Script.builder().repeatForever(new byte[64 * 1024]).build());
        try (Socket client = connect()) {
            send(client, POST);
            server.awaitRequest();
        }
        server.awaitNoOpenConnections(SECOND);
    }

    @Test
    void openConnectionFailsTheWait() throws IOException {
        try (Socket client = connect()) {
            send(client, POST);
            server.awaitRequest();

            assertThatThrownBy(() -> server.awaitNoOpenConnections(Duration.ofMillis(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("1 connection(s) still open");
        }
    }

    @Test
    void closeIsAnEndOfStream() throws IOException {
        server.answer(Script.builder().text("x").close().build());
        try (Socket client = connect()) {
            send(client, POST);

            assertThat(client.getInputStream().readAllBytes()).isEqualTo("x".getBytes(UTF_8));
        }
    }

    @Test
    void resetIsAReset() throws IOException {
        server.answer(Script.builder().reset().build());
        try (Socket client = connect()) {
            send(client, POST);

            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void whatIsNotHttpGetsStatus400AndTheEnd() throws IOException {
        try (Socket client = connect()) {
            send(client, "\u0016\u0003\u0001 hello\n and more");

            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void serverCloseEndsItsConnections() throws IOException {
        server.answerAlways(Script.silence());
        try (Socket client = connect()) {
            send(client, POST);
            server.awaitRequest();

            server.close();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(server.openConnections()).isZero();
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket("127.0.0.1", server.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String read(Socket client, int length) throws IOException {
        InputStream in = client.getInputStream();
        return new String(in.readNBytes(length), UTF_8);
    }

    @Test
    void nobodyConnectsOnceItIsClosed() {
        for (int round = 0; round < 200; round++) {
            ScriptedServer closed = ScriptedServer.start();
            closed.close();

            assertThatThrownBy(() -> new Socket("127.0.0.1", closed.port()).close())
                    .isInstanceOf(ConnectException.class);
        }
    }
}
