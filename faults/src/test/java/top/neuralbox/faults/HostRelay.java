package top.neuralbox.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Forwards connections from containers to a server on 127.0.0.1, which containers cannot reach. It ends them as the server
 * does: in good order or by a reset. The server may change from row to row. Open until the process ends.
 */
final class HostRelay {

    private final ServerSocket listener;
    private volatile int target;

    /** @param address where containers reach this machine */
    HostRelay(InetAddress address) {
        try {
            listener = new ServerSocket(0, 0, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void target(int port) {
        target = port;
    }

    private void accept() {
        while (true) {
            try {
                join(listener.accept(), target);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Connects a socket with a server on 127.0.0.1. */
    static void join(Socket client, int target) {
        Socket service = new Socket();
        try {
            service.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), target));
        } catch (IOException e) {
            end(client, true);
            return;
        }
        start(() -> copy(client, service));
        start(() -> copy(service, client));
    }

    private static void copy(Socket from, Socket to) {
        boolean reset = false;
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            reset = true;
        }
        end(from, reset);
        end(to, reset);
    }

    /** Closes a socket, at once and with a reset or in good order. */
    static void end(Socket socket, boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // The other direction has closed it already.
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "testkit-relay");
        thread.setDaemon(true);
        thread.start();
    }
}
