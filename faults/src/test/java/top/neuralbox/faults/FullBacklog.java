package top.neuralbox.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A port of this machine where connecting never succeeds and never fails, because its backlog is full. */
final class FullBacklog implements AutoCloseable {

    private static final int PROBE_MILLIS = 200;
    private static final int MOST_CONNECTIONS = 64;

    private final ServerSocket listener;
    private final List<Socket> backlog = new ArrayList<>();

    FullBacklog() {
        try {
            listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            fill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + listener.getLocalPort());
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : backlog) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fill() throws IOException {
        while (backlog.size() < MOST_CONNECTIONS) {
            Socket socket = new Socket();
            backlog.add(socket);
            try {
                socket.connect(listener.getLocalSocketAddress(), PROBE_MILLIS);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new IOException("the backlog does not fill up on this kernel");
    }
}
