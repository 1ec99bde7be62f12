package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests of warm connections to a server that sends bytes before it gets a request. For transports that can see what their
 * engine reads on such a connection.
 *
 * @since 0.1.0
 */
public interface TransportEarlyBytesContract extends TransportContract {

    /** Rule 14. What a server sends before it was asked is no answer, whole or in part. */
    @TestFactory
    default Stream<DynamicTest> connectionOnWhichBytesCameServesNoCall() {
        return Stream.of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale", "HTTP/1.1 200 OK\r\nContent-Le", "H")
                .map(early -> dynamicTest(early.length() + " bytes", () -> connectionServesNoCallAfter(early)));
    }

    private void connectionServesNoCallAfter(String bytes) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                TransportFixture fixture = TransportFixture.start(this)) {
            URI uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
            CompletableFuture<Void> warming = fixture.transport().warmUp(uri, 1, PATIENCE);
            try (Socket early = listener.accept()) {
                TransportWarmUpContract.ready(warming);
                early.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
                awaitClose(early);
            }
            TransportCall call = fixture.transport()
                    .start(TransportRequest.builder("GET", uri).build());
            try (Socket asked = listener.accept()) {
                asked.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfresh".getBytes(StandardCharsets.US_ASCII));
                assertThat(text(head(call))).isEqualTo("fresh");
            }
        }
    }

    private static void awaitClose(Socket connection) throws IOException {
        connection.setSoTimeout((int) PATIENCE.toMillis());
        try {
            assertThat(connection.getInputStream().read())
                    .as("no request on this connection")
                    .isEqualTo(-1);
        } catch (SocketException reset) {
            // This is a close too.
            return;
        }
    }
}
