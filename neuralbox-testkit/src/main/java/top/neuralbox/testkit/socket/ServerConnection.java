package top.neuralbox.testkit.socket;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.Gate;

/**
 * One accepted connection. A reader thread reads the requests and always blocks in a read, so it sees a client's close at once,
 * even while nothing is written. A writer thread serves the requests in order.
 */
public final class ServerConnection {

    private static final byte[] BAD_REQUEST =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    /** The number of bytes after which a long write is counted, so that the count is right while the client holds it back. */
    private static final int COUNTED = 32 * 1_024;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final ParsedRequest END = new ParsedRequest("", "", "", java.util.Map.of(), new byte[0], 0);

    private final SocketServer server;
    private final Socket accepted;
    private final long number;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final BlockingQueue<ParsedRequest> requests = new LinkedBlockingQueue<>();
    private volatile Socket socket;

    ServerConnection(SocketServer server, Socket accepted, long number) {
        this.server = server;
        this.accepted = accepted;
        this.socket = accepted;
        this.number = number;
    }

    /** The number of this connection, counted from 1 in the order in which the server accepted them. */
    long number() {
        return number;
    }

    /**
     * Waits for the next request and returns it. For the writer thread.
     *
     * @return null once the connection is closed
     */
    public @Nullable ParsedRequest nextRequest() throws InterruptedException {
        ParsedRequest request = requests.take();
        return request == END ? null : request;
    }

    /** Writes and flushes at once. Nagle's algorithm is off, so each call sends a segment of its own. */
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    public void write(byte[] bytes, int offset, int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        int end = offset + length;
        for (int position = offset; position < end; position += COUNTED) {
            int piece = Math.min(COUNTED, end - position);
            out.write(bytes, position, piece);
            out.flush();
            server.wrote(piece);
        }
    }

    /** Waits until the client closes the connection. */
    public void awaitClose() throws InterruptedException {
        awaitAny(closed);
    }

    /**
     * Waits until the gate is open or the connection is closed.
     *
     * @throws IOException if the connection is closed
     */
    public void await(Gate gate) throws IOException, InterruptedException {
        CompletableFuture<Void> openOrClosed = new CompletableFuture<>();
        gate.whenOpen(() -> openOrClosed.complete(null));
        awaitAny(CompletableFuture.anyOf(openOrClosed, closed));
        if (closed.isDone()) {
            throw new IOException("the client closed the connection");
        }
    }

    /**
     * Waits for this time.
     *
     * @throws IOException if the connection is closed before it has passed
     */
    public void pause(Duration pace) throws IOException, InterruptedException {
        try {
            closed.get(TimeUnit.NANOSECONDS.convert(pace), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
        throw new IOException("the client closed the connection");
    }

    /** Closes with FIN, and over TLS with close_notify before it. Idempotent. */
    public void close() {
        try {
            if (socket instanceof SSLSocket && !accepted.isClosed()) {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            // The client was faster.
        }
        abort();
    }

    /** Closes with RST, without any message of TLS. Idempotent. */
    public void reset() {
        try {
            accepted.setSoLinger(true, 0);
        } catch (IOException e) {
            // The client was faster.
        }
        abort();
    }

    /** Closes the TCP connection at once, even while its threads use it. Idempotent. */
    void abort() {
        try {
            accepted.close();
        } catch (IOException e) {
            // Nothing is left to close.
        }
        if (closed.complete(null)) {
            requests.add(END);
            server.closed(this);
        }
    }

    /** The reader thread's work: the upgrade to TLS if any, then requests until the end. */
    void read(SocketServer.Upgrade upgrade, Runnable startWriter) {
        try {
            socket = upgrade.upgrade(accepted);
            startWriter.run();
            readRequests();
        } catch (IOException e) {
            // Closed by the client or by the server: both end the connection, and tests check that.
        } finally {
            abort();
        }
    }

    private void readRequests() throws IOException {
        InputStream in = new BufferedInputStream(new CountingStream(socket.getInputStream()));
        RequestReader reader = new RequestReader(in, number, () -> write(CONTINUE));
        try {
            for (ParsedRequest request = reader.next(); request != null; request = reader.next()) {
                server.received(request);
                requests.add(request);
            }
        } catch (ProtocolException e) {
            write(BAD_REQUEST);
            // Closing with unread input would be a reset, which may overtake the answer.
            socket.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void awaitAny(CompletableFuture<?> signal) throws InterruptedException {
        try {
            signal.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private final class CountingStream extends FilterInputStream {

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            server.read(count);
            return count;
        }
    }
}
