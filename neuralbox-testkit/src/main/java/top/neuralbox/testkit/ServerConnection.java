package top.neuralbox.testkit;

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

/**
 * One accepted connection. A reader thread takes requests off it and always blocks in a read, so a client's close is seen
 * at once even while nothing is written; a writer thread serves them in order.
 */
final class ServerConnection {

    private static final byte[] BAD_REQUEST =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    /** How finely a long write is counted while the client holds it back. */
    private static final int COUNTED = 32 * 1_024;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final ReceivedRequest END = new ReceivedRequest("", "", "", java.util.Map.of(), new byte[0], 0);

    private final SocketServer server;
    private final Socket accepted;
    private final long number;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final BlockingQueue<ReceivedRequest> requests = new LinkedBlockingQueue<>();
    private volatile Socket socket;

    ServerConnection(SocketServer server, Socket accepted, long number) {
        this.server = server;
        this.accepted = accepted;
        this.socket = accepted;
        this.number = number;
    }

    /** Counted from 1 in the order in which the server accepted them. */
    long number() {
        return number;
    }

    /**
     * The next request, waited for. For the writer thread.
     *
     * @return null once the connection is closed
     */
    @Nullable
    ReceivedRequest nextRequest() throws InterruptedException {
        ReceivedRequest request = requests.take();
        return request == END ? null : request;
    }

    /** Writes and flushes at once; with Nagle's algorithm off, each call leaves as a segment of its own. */
    void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        int end = offset + length;
        for (int position = offset; position < end; position += COUNTED) {
            int piece = Math.min(COUNTED, end - position);
            out.write(bytes, position, piece);
            out.flush();
            server.wrote(piece);
        }
    }

    /** Completes when the connection is closed by either side; never fails. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** Waits until the client closes the connection. */
    void awaitClose() throws InterruptedException {
        awaitAny(closed);
    }

    /**
     * Waits until a signal is given or the connection is closed, whichever comes first.
     *
     * @throws IOException if it is the close
     */
    void await(CompletableFuture<?> signal) throws IOException, InterruptedException {
        awaitAny(CompletableFuture.anyOf(signal, closed));
        if (closed.isDone()) {
            throw new IOException("the client closed the connection");
        }
    }

    /**
     * Waits for a pace.
     *
     * @throws IOException if the connection is closed before it has passed
     */
    void pause(Duration pace) throws IOException, InterruptedException {
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
    void close() {
        try {
            if (socket instanceof SSLSocket && !accepted.isClosed()) {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            // The client was faster.
        }
        abort();
    }

    /** Closes with RST and without a word of TLS. Idempotent. */
    void reset() {
        try {
            accepted.setSoLinger(true, 0);
        } catch (IOException e) {
            // The client was faster.
        }
        abort();
    }

    /** Closes the TCP connection, whatever its threads are doing. Idempotent. */
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
            // Closed by the client or by the server: both end the connection, and tests look at that.
        } finally {
            abort();
        }
    }

    private void readRequests() throws IOException {
        InputStream in = new BufferedInputStream(new CountingStream(socket.getInputStream()));
        RequestReader reader = new RequestReader(in, number, () -> write(CONTINUE));
        try {
            for (ReceivedRequest request = reader.next(); request != null; request = reader.next()) {
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
