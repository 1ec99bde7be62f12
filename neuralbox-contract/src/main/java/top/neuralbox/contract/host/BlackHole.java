package top.neuralbox.contract.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A port on the loopback address where connecting never succeeds and never fails, because its backlog is full. */
public final class BlackHole implements AutoCloseable {

    private static final int PROBE_MILLIS = 200;
    private static final int MOST_CONNECTIONS = 64;

    private final ServerSocket listener;
    private final List<Socket> backlog = new ArrayList<>();

    private BlackHole(ServerSocket listener) {
        this.listener = listener;
    }

    public static BlackHole open() {
        try {
            BlackHole hole = new BlackHole(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            hole.fill();
            return hole;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + listener.getLocalPort() + "/");
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

    /** Connects until the kernel accepts no further connection. How many it accepts depends on the kernel. */
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
