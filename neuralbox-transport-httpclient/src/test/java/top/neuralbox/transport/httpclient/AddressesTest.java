package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.httpclient.Calls.failure;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.text;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportException.Kind;

/** To which of a name's addresses a connection is made. */
class AddressesTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A call of one second has half a second for each of two addresses. */
    @Test
    void deadAddressLeavesTimeForTheNext() throws Exception {
        ScriptedServer server = ScriptedServer.start();
        open.add(server);
        server.answer(Script.response(200, "answer"));
        fullBacklog("127.0.0.2", server.port());
        InetAddress[] addresses = {InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.1")};
        HttpClientTransport transport =
                HttpClientTransport.builder().lookUp(host -> addresses).build();
        open.add(0, transport);

        assertThat(text(head(transport.start(post(URI.create("http://service.test:" + server.port() + "/"))
                        .connectTimeout(Duration.ofSeconds(1))
                        .build()))))
                .isEqualTo("answer");
    }

    /** Each has threads of its own for look-ups. */
    @Test
    void transportsOfOneBuilderCloseAlone() {
        ScriptedServer server = ScriptedServer.start();
        open.add(server);
        server.answer(Script.response(200, "answer"));
        HttpClientTransport.Builder builder = HttpClientTransport.builder();
        builder.build().close();
        HttpClientTransport second = builder.build();
        open.add(0, second);

        assertThat(text(head(second.start(post(URI.create("http://localhost:" + server.port() + "/"))
                        .build()))))
                .isEqualTo("answer");
    }

    /** Nothing listens to a group. */
    @Test
    void networkThatCannotBeReachedIsToldAsRefused() {
        HttpClientTransport transport = HttpClientTransport.create();
        open.add(transport);

        assertThat(failure(transport.start(post(URI.create("http://224.0.0.1/")).build()))
                        .kind())
                .isEqualTo(Kind.REFUSED);
    }

    private void fullBacklog(String address, int port) throws Exception {
        ServerSocket listener = new ServerSocket(port, 1, InetAddress.getByName(address));
        open.add(listener);
        for (int i = 0; i < 64; i++) {
            Socket socket = new Socket();
            open.add(socket);
            try {
                socket.connect(listener.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
        throw new AssertionError("the backlog does not fill up on this kernel");
    }
}
