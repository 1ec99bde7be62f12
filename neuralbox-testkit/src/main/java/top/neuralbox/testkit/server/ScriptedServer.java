package top.neuralbox.testkit.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.socket.ServerConnection;
import top.neuralbox.testkit.socket.SocketServer;

/**
 * An HTTP/1.1 server on 127.0.0.1 and a free port. It answers each request with a {@link Script}, byte by byte, and so
 * misbehaves as a test wants. It counts requests, bytes and connections, and it sees a client's close at once. Thread-safe. Its
 * threads are daemons whose names begin with {@code testkit-server}.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     server.answer(Script.builder().eventStream().chunk("data: [DO").reset().build());
 *     // … call server.uri() and look at what becomes of it
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ScriptedServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Script NO_SCRIPT = Script.response(501, "no script was left for this request");

    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final List<ReceivedRequest> received = new CopyOnWriteArrayList<>();
    private final BlockingQueue<ReceivedRequest> arrivals = new LinkedBlockingQueue<>();
    /** The scripts of requests that have arrived and are not served yet. */
    private final Map<ReceivedRequest, Script> taken = Collections.synchronizedMap(new WeakHashMap<>());

    private final String scheme;
    private final ScriptClock clock;
    private final SocketServer server;
    private volatile Script always = NO_SCRIPT;

    private ScriptedServer(String scheme, ScriptClock clock, SocketServer.Upgrade upgrade) {
        this.scheme = scheme;
        this.clock = clock;
        this.server = SocketServer.start("scripted", 0, upgrade, this::serve, this::record);
    }

    /** Starts a server without TLS. */
    public static ScriptedServer start() {
        return start(ScriptClock.SYSTEM);
    }

    static ScriptedServer start(ScriptClock clock) {
        return new ScriptedServer("http", clock, accepted -> accepted);
    }

    /** Starts a server that speaks TLS with this context and its default parameters. */
    public static ScriptedServer startTls(SSLContext context) {
        return startTls(context, context.getDefaultSSLParameters());
    }

    /**
     * Starts a server that speaks TLS.
     *
     * @param parameters for example whether a client certificate is wanted
     */
    public static ScriptedServer startTls(SSLContext context, SSLParameters parameters) {
        return new ScriptedServer("https", ScriptClock.SYSTEM, accepted -> handshake(context, parameters, accepted));
    }

    /**
     * Starts a server that accepts connections and never writes a byte on them, so that a TLS handshake with it stalls. The
     * scheme of its {@link #uri()} is {@code https}; it records no request.
     */
    public static ScriptedServer startSilent() {
        return new ScriptedServer("https", ScriptClock.SYSTEM, ScriptedServer::neverUpgrade);
    }

    /** The server's root, for example {@code http://127.0.0.1:40123}. */
    public URI uri() {
        return URI.create(scheme + "://127.0.0.1:" + port());
    }

    /** A URI below the root. */
    public URI uri(String target) {
        return URI.create(uri() + target);
    }

    /** The port on which it listens. */
    public int port() {
        return server.port();
    }

    /** Queues the script for one request. Requests take their scripts in the order of arrival. */
    public ScriptedServer answer(Script script) {
        scripts.add(script);
        return this;
    }

    /** Sets the script for each request for which none is queued. Until it is set, such requests get status 501. */
    public ScriptedServer answerAlways(Script script) {
        always = script;
        return this;
    }

    /** All requests so far, in order of arrival. A snapshot. */
    public List<ReceivedRequest> received() {
        return List.copyOf(received);
    }

    /** How many complete requests have arrived. */
    public int requestCount() {
        return received.size();
    }

    /**
     * Waits for the next request that no earlier call of this method has returned, and returns it.
     *
     * @throws AssertionError if none comes within ten seconds, or if the waiting thread is interrupted
     */
    public ReceivedRequest awaitRequest() {
        try {
            ReceivedRequest request = arrivals.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            if (request == null) {
                throw new AssertionError("no request within " + PATIENCE);
            }
            return request;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** How many connections were ever accepted. */
    public long connectionCount() {
        return server.connectionCount();
    }

    /** How many connections are open on both sides. */
    public int openConnections() {
        return server.openConnections();
    }

    /**
     * Waits until at least this many connections were ever accepted.
     *
     * @throws AssertionError if they were not within ten seconds, or if the waiting thread is interrupted
     */
    public void awaitConnections(long count) {
        try {
            server.awaitConnections(count, PATIENCE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Waits until no connection is open.
     *
     * @throws AssertionError if a connection is still open when the patience ends, or if the waiting thread is interrupted
     */
    public void awaitNoOpenConnections(Duration patience) {
        try {
            server.awaitNoOpenConnections(patience);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * How many bytes the kernel took from this server, for all clients together; over TLS, the bytes inside the records. If a
     * client reads nothing, the number stops at the size of the socket buffers of both sides.
     */
    public long bytesWritten() {
        return server.bytesWritten();
    }

    /** How many bytes have arrived from all clients together; over TLS, the bytes inside the records. */
    public long bytesReceived() {
        return server.bytesRead();
    }

    /** Stops listening and closes all connections. Idempotent. */
    @Override
    public void close() {
        server.close();
    }

    /** Takes the script here, before anybody learns of the request: its server thread may run later than another's. */
    private void record(ReceivedRequest request) {
        synchronized (taken) {
            Script script = scripts.poll();
            if (script != null) {
                taken.put(request, script);
            }
            received.add(request);
        }
        arrivals.add(request);
    }

    private void serve(ServerConnection connection) throws IOException, InterruptedException {
        ReceivedRequest request = connection.nextRequest();
        while (request != null) {
            Script script = taken.remove(request);
            (script == null ? always : script).run(connection, clock);
            request = connection.nextRequest();
        }
    }

    private static Socket handshake(SSLContext context, SSLParameters parameters, Socket accepted) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(accepted, null, accepted.getPort(), true);
        socket.setUseClientMode(false);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static Socket neverUpgrade(Socket accepted) throws IOException {
        // Only a read shows the client's close.
        accepted.getInputStream().transferTo(OutputStream.nullOutputStream());
        throw new EOFException("closed before the handshake");
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting for a server", e);
    }
}
