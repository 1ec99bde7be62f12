package top.neuralbox.faults.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;

/**
 * A server that follows a plan, on real sockets with TLS. Each connection has a thread that reads. In HTTP/2 each response has
 * a thread that writes.
 */
public final class PlannedServer implements AutoCloseable {

    private final ServerPlan plan;
    private final X509KeyManager keys;
    private final ServerSocket listener;
    private final List<Exchange> exchanges;
    private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final Queue<TlsConnection> connections = new ConcurrentLinkedQueue<>();
    private int open;

    private PlannedServer(X509KeyManager keys, ServerPlan plan) {
        this.keys = keys;
        this.plan = plan;
        exchanges = IntStream.range(0, plan.answers().size())
                .mapToObj(caller -> new Exchange(plan.story(caller)))
                .toList();
        try {
            listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Listens from now on. */
    public static PlannedServer start(X509KeyManager keys, ServerPlan plan) {
        PlannedServer server = new PlannedServer(keys, plan);
        server.fork("accepts", server::accept);
        return server;
    }

    public URI uri() {
        return URI.create("https://127.0.0.1:" + listener.getLocalPort());
    }

    /** The exchange between the server and one caller. */
    public Exchange exchange(int caller) {
        return exchanges.get(caller);
    }

    /** Closes the server's side of every connection, and waits until the client has closed each of them too. */
    public void awaitNoConnections() throws InterruptedException {
        for (TlsConnection connection : connections) {
            try {
                connection.closeOutput();
            } catch (IOException e) {
                // The client has already closed it.
            }
        }
        if (!Exchange.within(Exchange.PATIENCE, () -> open() == 0)) {
            throw new AssertionError(open() + " connections were not closed by the client");
        }
    }

    /** Fails if the server could not follow its plan. */
    public void assertNoDefect() {
        Throwable defect = defects.poll();
        if (defect != null) {
            throw new AssertionError("the server failed, and not the client: " + defect, defect);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (TlsConnection connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServerPlan plan() {
        return plan;
    }

    void fork(String what, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        defects.add(e);
                    }
                },
                "testkit-planned-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                count(1);
                fork("connection", () -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        boolean http2 = plan.answers().get(0) instanceof Http2Answer;
        try (socket) {
            TlsConnection connection = new TlsConnection(socket, context(), http2 ? "h2" : "http/1.1", plan.tls());
            connections.add(connection);
            if (http2) {
                new Http2Connection(this, connection).serve();
            } else {
                new Http1Connection(this, connection).serve();
            }
        } catch (IOException e) {
            // The client has closed the connection. The trial decides whether that is right.
        } finally {
            count(-1);
        }
    }

    /** A new one for each connection, so that no session is resumed: only the plan decides about the handshake. */
    private SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void count(int more) {
        open += more;
    }

    private synchronized int open() {
        return open;
    }
}
