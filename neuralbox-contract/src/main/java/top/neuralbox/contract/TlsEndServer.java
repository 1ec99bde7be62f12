package top.neuralbox.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.Gate;

/**
 * A server on 127.0.0.1 that speaks HTTP/1.1 over TLS, and can end TLS and leave TCP open. A test answers the requests in the
 * order of their arrival. Thread-safe.
 */
final class TlsEndServer implements AutoCloseable {

    private static final String LENGTH = "content-length:";

    private final TlsServerSocket listener;
    private final String version;
    private final BlockingQueue<Exchange> arrivals = new LinkedBlockingQueue<>();
    private final Set<TlsServerSocket.Accepted> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private TlsEndServer(TlsServerSocket listener, String version) {
        this.listener = listener;
        this.version = version;
    }

    static TlsEndServer start(String version) {
        try {
            TlsEndServer server = new TlsEndServer(new TlsServerSocket(), version);
            inBackground(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("https://127.0.0.1:" + listener.getLocalPort() + "/api/v2/generate");
    }

    /** The number of connections that were accepted so far. */
    int connectionCount() {
        return accepted.get();
    }

    /** Waits for the next request, until it is complete. */
    Exchange awaitRequest() {
        try {
            Exchange exchange = arrivals.poll(TransportFixture.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            if (exchange == null) {
                throw new AssertionError("no request within " + TransportFixture.PATIENCE);
            }
            return exchange;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a request", e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (TlsServerSocket.Accepted connection : open) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            TlsServerSocket.Accepted connection = listener.accept("http/1.1", version);
            accepted.incrementAndGet();
            open.add(connection);
            inBackground(() -> serve(connection));
        }
    }

    private void serve(TlsServerSocket.Accepted connection) throws IOException {
        Gate closed = new Gate();
        try (connection) {
            BufferedReader in = new BufferedReader(new InputStreamReader(connection.in(), StandardCharsets.ISO_8859_1));
            while (readRequest(in)) {
                arrivals.add(new Exchange(connection, closed));
            }
            // A client of TLS 1.2 answers the end of TLS at once, and may close TCP later.
            connection.awaitEndOfTcp();
        } finally {
            open.remove(connection);
            closed.open();
        }
    }

    private static boolean readRequest(BufferedReader in) throws IOException {
        int length = 0;
        @Nullable String line = in.readLine();
        while (line != null && !line.isEmpty()) {
            String field = line.toLowerCase(Locale.ROOT);
            if (field.startsWith(LENGTH)) {
                length = Integer.parseInt(field.substring(LENGTH.length()).strip());
            }
            line = in.readLine();
        }
        for (int left = length; line != null && left > 0; left--) {
            if (in.read() < 0) {
                return false;
            }
        }
        return line != null;
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // The client or the test has closed the connection. Tests check that.
                        return;
                    }
                },
                "testkit-server-tls-end");
        thread.setDaemon(true);
        thread.start();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    /** One request that the test answers. */
    static final class Exchange {

        private final TlsServerSocket.Accepted connection;
        private final Gate closed;

        private Exchange(TlsServerSocket.Accepted connection, Gate closed) {
            this.connection = connection;
            this.closed = closed;
        }

        /** Sends bytes of the response. */
        Exchange write(String bytes) {
            try {
                connection.write(bytes.getBytes(StandardCharsets.US_ASCII));
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Sends bytes and the end of TLS, which the client gets in one read. TCP stays open. */
        void writeAndEndTls(String bytes) {
            try {
                connection.writeAndEndTls(bytes.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Waits until the client closes TCP. */
        void awaitClose(Duration patience) {
            closed.await(patience);
        }
    }
}
