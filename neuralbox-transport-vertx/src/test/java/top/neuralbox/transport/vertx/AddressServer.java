package top.neuralbox.transport.vertx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers every request on one address of the loopback network, which has many, always alike. */
final class AddressServer implements AutoCloseable {

    private final ServerSocket listener;
    private final String head;
    private final String text;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private AddressServer(ServerSocket listener, String head, String text) {
        this.listener = listener;
        this.head = head;
        this.text = text;
    }

    /**
     * Starts a server.
     *
     * @param port 0 for a free one
     * @param head the status line and fields, without the length
     */
    static AddressServer start(String address, int port, String head, String text) {
        try {
            ServerSocket listener = new ServerSocket(port, 50, InetAddress.getByName(address));
            AddressServer server = new AddressServer(listener, head, text);
            inBackground(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    int openConnections() {
        return open.size();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = listener.accept();
            connections.incrementAndGet();
            open.add(socket);
            inBackground(() -> serve(socket));
        }
    }

    private void serve(Socket socket) throws IOException {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String answer = head + "\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                // A request here has no content: an empty line ends it.
                if (line.isEmpty()) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } finally {
            open.remove(socket);
        }
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // One side has closed.
                        return;
                    }
                },
                "testkit-server-address");
        thread.setDaemon(true);
        thread.start();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }
}
