package top.neuralbox.testkit.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.concurrent.SteppedWait;

/** A listener on 127.0.0.1 that gives each connection a reader and a writer thread, and keeps the set of open ones. */
public final class SocketServer implements AutoCloseable {

    /** The prefix of the names of all threads of all servers, by which tests tell them from a client's threads. */
    private static final String THREAD_PREFIX = "testkit-server";

    private static final int BACKLOG = 4_096;
    /** Small, so that a client that reads nothing holds the server back soon. */
    private static final int SEND_BUFFER = 64 * 1_024;

    private static final int STACK = 256 * 1_024;

    /** Serves one connection from its first request to its end, on its writer thread. */
    public interface Handler {
        void serve(ServerConnection connection) throws IOException, InterruptedException;
    }

    /** Turns an accepted socket into the socket for HTTP, including a TLS handshake. */
    public interface Upgrade {
        Socket upgrade(Socket accepted) throws IOException;
    }

    private final String name;
    private final ServerSocket listener;
    private final Upgrade upgrade;
    private final Handler handler;
    private final Consumer<ReceivedRequest> onRequest;

    private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong bytesWritten = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition connectionsChanged = lock.newCondition();
    private final Thread acceptor;

    private SocketServer(
            String name, ServerSocket listener, Upgrade upgrade, Handler handler, Consumer<ReceivedRequest> onRequest) {
        this.name = THREAD_PREFIX + "-" + name;
        this.listener = listener;
        this.upgrade = upgrade;
        this.handler = handler;
        this.onRequest = onRequest;
        this.acceptor = thread("accept", this::accept);
    }

    /**
     * Starts a server.
     *
     * @param name part of its threads' names
     * @param port 0 for a free one
     * @param upgrade identity for plain TCP
     * @param onRequest gets each complete request, on the connection's reader thread, before the handler gets it
     */
    public static SocketServer start(
            String name, int port, Upgrade upgrade, Handler handler, Consumer<ReceivedRequest> onRequest) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), BACKLOG);
            SocketServer server = new SocketServer(name, listener, upgrade, handler, onRequest);
            server.acceptor.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on 127.0.0.1, port " + port, e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections were accepted since the start. */
    public long connectionCount() {
        return accepted.get();
    }

    public int openConnections() {
        return open.size();
    }

    /** How many bytes the kernel took for all clients together; over TLS, the bytes inside the records. */
    public long bytesWritten() {
        return bytesWritten.get();
    }

    /** How many bytes arrived from all clients together; over TLS, the bytes inside the records. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /**
     * Waits until no connection is open.
     *
     * @throws AssertionError if one is when the patience ends
     */
    public void awaitNoOpenConnections(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!SteppedWait.await(patience, open::isEmpty, connectionsChanged)) {
                throw new AssertionError(open.size() + " connection(s) still open after " + patience);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until at least this many connections were accepted since the start.
     *
     * @throws AssertionError if they were not when the patience ends
     */
    public void awaitConnections(long count, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!SteppedWait.await(patience, () -> accepted.get() >= count, connectionsChanged)) {
                throw new AssertionError(accepted + " instead of " + count + " connection(s) after " + patience);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops listening and closes all connections. Later connections are refused. Idempotent. */
    @Override
    public void close() {
        try {
            listener.close();
            // The kernel continues to accept for as long as a thread is inside its accept call.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.forEach(ServerConnection::abort);
    }

    void received(ReceivedRequest request) {
        onRequest.accept(request);
    }

    void wrote(int count) {
        bytesWritten.addAndGet(count);
    }

    void read(int count) {
        bytesRead.addAndGet(Math.max(count, 0));
    }

    void closed(ServerConnection connection) {
        open.remove(connection);
        connectionsChanged();
    }

    private void accept() {
        try {
            while (true) {
                serve(listener.accept());
            }
        } catch (IOException e) {
            // The listener is closed. On the loopback address it fails for no other reason that a test could act on.
            open.forEach(ServerConnection::abort);
        }
    }

    private void serve(Socket socket) {
        try {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER);
        } catch (SocketException e) {
            // The client has gone already: its reader thread will find that out.
        }
        ServerConnection connection = new ServerConnection(this, socket, accepted.incrementAndGet());
        open.add(connection);
        connectionsChanged();
        if (listener.isClosed()) {
            connection.abort();
            return;
        }
        String role = "connection-" + connection.number();
        startThread(
                role + "-reader",
                () -> connection.read(upgrade, () -> startThread(role + "-writer", () -> write(connection))));
    }

    private void write(ServerConnection connection) {
        try {
            handler.serve(connection);
        } catch (IOException e) {
            // The client closed the connection. Tests check that by the number of open connections.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.abort();
        }
    }

    private void connectionsChanged() {
        lock.lock();
        try {
            connectionsChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void startThread(String role, Runnable work) {
        thread(role, work).start();
    }

    private Thread thread(String role, Runnable work) {
        Thread thread = new Thread(null, work, name + "-" + role, STACK);
        thread.setDaemon(true);
        return thread;
    }
}
