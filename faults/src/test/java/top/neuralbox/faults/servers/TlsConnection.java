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

/** The server's side of one TLS connection whose records are as large as is asked for. One thread reads, any write. */
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
     * Takes the part of the server in a handshake.
     *
     * @param application what ALPN is to choose
     * @param version of TLS
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

    /** Gives at least one byte, or -1 when the client has closed. */
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

    /** Writes each piece as a record of its own, through TCP in the pieces that the second argument makes of them. */
    void write(List<byte[]> pieces, Function<byte[], List<byte[]>> segments) throws IOException {
        synchronized (writing) {
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

    /** Writes beneath TLS. */
    void writeRaw(byte[] bytes) throws IOException {
        synchronized (writing) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** Has the next record encrypted with new keys, and asks the client for the same; nothing before TLS 1.3. */
    void updateKeys() throws IOException {
        synchronized (writing) {
            if (engine.getSession().getProtocol().equals("TLSv1.3")) {
                engine.beginHandshake();
            }
        }
    }

    /** Says in TLS and TCP that nothing follows. Idempotent. */
    void closeOutput() throws IOException {
        synchronized (writing) {
            if (!outputClosed) {
                outputClosed = true;
                engine.closeOutbound();
                write(List.of(), List::of);
                socket.shutdownOutput();
            }
        }
    }

    /** Ends the connection in TCP and not in TLS. */
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

    /** A client of TLS 1.2 answers our close at once (RFC 5246, section 7.2.1), and may leave the connection later. */
    private void awaitEndOfTcp() throws IOException {
        while (socket.getInputStream().read(sealed.array()) >= 0) {
            // Nothing of it counts.
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
