package top.neuralbox.examples.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A connection to an endpoint, with bytes as a test wants them: what a careful client never sends. */
final class RawPage implements AutoCloseable {

    private final Socket socket;

    private RawPage(Socket socket) {
        this.socket = socket;
    }

    static RawPage connect(URI uri) throws IOException {
        return connect(uri, new Socket());
    }

    /** A connection whose buffer is full after little. */
    static RawPage connectSmall(URI uri) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1_024);
        return connect(uri, socket);
    }

    private static RawPage connect(URI uri, Socket socket) throws IOException {
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        socket.setSoTimeout(10_000);
        return new RawPage(socket);
    }

    void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
    }

    /** The first line that the server sends; empty if it closes the connection instead, in whatever way. */
    String statusLine() throws IOException {
        StringBuilder line = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0 && b != '\r'; b = in.read()) {
                line.append((char) b);
            }
        } catch (SocketException reset) {
            return "";
        }
        return line.toString();
    }

    /** Sends a byte each 20 ms, and returns what the server says to that: its status line, or nothing if it hangs up. */
    String trickleUntilAnswered(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        socket.setSoTimeout(20);
        while (System.nanoTime() < deadline) {
            try {
                send(" ");
                return statusLine();
            } catch (SocketTimeoutException quiet) {
                // The server still reads. It has to say all of its line at once, which it does.
            } catch (SocketException gone) {
                return "";
            }
        }
        throw new AssertionError("the server still reads after " + within);
    }

    /** How much comes until the server closes the connection, in whatever way. */
    long bytesToTheEnd(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        try {
            InputStream in = socket.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the server still sends after " + within);
                }
            }
        } catch (SocketException reset) {
            return bytes;
        }
        return bytes;
    }

    /** Sends requests for as long as the connection lasts, and reads nothing. */
    void sendUntilClosed(String request) {
        try {
            while (true) {
                send(request);
            }
        } catch (IOException closed) {
            // The server has closed it.
        }
    }

    /** Leaves with a reset, after which the server's first write fails. After {@link #close}, only the second one would. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
