package top.neuralbox.faults.servers;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLParameters;

/** The server's side of one TLS connection, with records of any size. One thread reads, and any thread may write. */
final class TlsConnection implements Closeable {

    private static final int ROOM = 1 << 15;

    private final Socket socket;
    private final SSLEngine engine;
    private final ByteBuffer sealed = ByteBuffer.allocate(ROOM).flip();
    private final ByteBuffer clear = ByteBuffer.allocate(ROOM).flip();
    private final ByteBuffer record = ByteBuffer.allocate(ROOM);
    private final Object writing = new Object();
    private boolean outputClosed;

    /**
     * Completes the handshake as the server.
     *
     * @param application the protocol that ALPN must choose
     * @param version the version of TLS
     */
    TlsConnection(Socket socket, SSLContext context, String application, String version) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {application});
        parameters.setProtocols(new String[] {version});
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                write(List.of(), List::of);
            } else if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            } else if (!unwrap()) {
                throw new EOFException("the client left during the handshake");
            }
        }
    }

    /** Reads at least one byte, and returns how many; -1 if the client has closed. */
    int read(byte[] into, int from, int length) throws IOException {
        while (!clear.hasRemaining()) {
            if (!unwrap()) {
                return -1;
            }
        }
        int count = Math.min(length, clear.remaining());
        clear.get(into, from, count);
        return count;
    }

    /** The next bytes, or null when the client has closed before all of them. */
    byte[] readFully(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            int more = read(bytes, at, count - at);
            if (more < 0) {
                return null;
            }
            at += more;
        }
        return bytes;
    }

    /** Writes each piece as its own record. The second argument cuts the encrypted bytes into the writes to TCP. */
    void write(List<byte[]> pieces, Function<byte[], List<byte[]>> segments) throws IOException {
        synchronized (writing) {
            if (outputClosed) {
                // An answer to bytes that the client still sends. A failure here would close the connection with bytes
                // unread. TCP would then discard bytes that the client has not read yet (RFC 9112, section 9.6).
                return;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (byte[] piece : pieces) {
                ByteBuffer left = ByteBuffer.wrap(piece);
                while (left.hasRemaining()) {
                    wrap(left, out);
                }
            }
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrap(ByteBuffer.allocate(0), out);
            }
            for (byte[] segment : segments.apply(out.toByteArray())) {
                socket.getOutputStream().write(segment);
            }
        }
    }

    void write(byte[] bytes) throws IOException {
        Cuts.NONE.write(this, bytes);
    }

    /** Writes directly to TCP. */
    void writeRaw(byte[] bytes) throws IOException {
        synchronized (writing) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** Encrypts the next record with new keys, and asks the client for the same. Does nothing before TLS 1.3. */
    void updateKeys() throws IOException {
        synchronized (writing) {
            if (engine.getSession().getProtocol().equals("TLSv1.3")) {
                engine.beginHandshake();
            }
        }
    }

    /** Ends the output in TLS and in TCP. Idempotent. */
    void closeOutput() throws IOException {
        synchronized (writing) {
            if (!outputClosed) {
                engine.closeOutbound();
                write(List.of(), List::of);
                outputClosed = true;
                socket.shutdownOutput();
            }
        }
    }

    /** Ends the output in TCP, but not in TLS. */
    void cutOutput() throws IOException {
        synchronized (writing) {
            outputClosed = true;
            socket.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void wrap(ByteBuffer piece, ByteArrayOutputStream out) throws IOException {
        record.clear();
        SSLEngineResult result = engine.wrap(piece, record);
        out.write(record.array(), 0, record.position());
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && record.position() == 0) {
            throw new EOFException("closed");
        }
        runTasks();
    }

    /** Whether there may be more to read. */
    private boolean unwrap() throws IOException {
        clear.clear();
        SSLEngineResult result = engine.unwrap(sealed, clear);
        clear.flip();
        runTasks();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            awaitEndOfTcp();
            return false;
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            return fill();
        }
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            write(List.of(), List::of);
        }
        return true;
    }

    /** A TLS 1.2 client answers our close at once (RFC 5246, section 7.2.1), and may close TCP later. */
    private void awaitEndOfTcp() throws IOException {
        while (socket.getInputStream().read(sealed.array()) >= 0) {
            // These bytes are not used.
        }
    }

    private boolean fill() throws IOException {
        sealed.compact();
        InputStream in = socket.getInputStream();
        int count = in.read(sealed.array(), sealed.position(), sealed.remaining());
        sealed.position(sealed.position() + Math.max(0, count)).flip();
        return count > 0;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
