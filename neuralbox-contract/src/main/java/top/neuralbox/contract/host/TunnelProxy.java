package top.neuralbox.contract.host;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import top.neuralbox.transport.ProxySettings;

/**
 * A proxy on 127.0.0.1 that opens the requested tunnels (RFC 9110, section 9.3.6), with two threads for each. A reset on one side
 * becomes a reset on the other.
 */
public final class TunnelProxy implements AutoCloseable {

    private static final String ESTABLISHED = "HTTP/1.1 200 Connected\r\n\r\n";

    private final ServerSocket listener;
    private final String answer;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private TunnelProxy(ServerSocket listener, String answer) {
        this.listener = listener;
        this.answer = answer;
    }

    public static TunnelProxy open() {
        return open(ESTABLISHED);
    }

    /** A proxy that sends this answer when a tunnel is open. */
    public static TunnelProxy open(String answer) {
        return open(ServerSocketFactory.getDefault(), answer);
    }

    /** A proxy that clients speak TLS to. */
    public static TunnelProxy open(SSLContext tls) {
        return open(tls.getServerSocketFactory(), ESTABLISHED);
    }

    private static TunnelProxy open(ServerSocketFactory sockets, String answer) {
        try {
            TunnelProxy proxy =
                    new TunnelProxy(sockets.createServerSocket(0, 0, InetAddress.getLoopbackAddress()), answer);
            inBackground(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ProxySettings settings() {
        return ProxySettings.of("127.0.0.1", listener.getLocalPort());
    }

    /** The heads of the requests to the proxy itself, as they arrived. */
    public List<String> heads() {
        return heads;
    }

    /** Opens no more tunnels. An open tunnel ends with its sides. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            inBackground(() -> tunnel(client));
        }
    }

    private void tunnel(Socket client) throws IOException {
        try (client) {
            String head = readHead(client.getInputStream());
            heads.add(head);
            String target = head.split(" ", 3)[1];
            int colon = target.lastIndexOf(':');
            try (Socket server =
                    new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
                client.getOutputStream().write(answer.getBytes(ISO_8859_1));
                inBackground(() -> pump(server, client));
                pump(client, server);
            }
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed inside the head");
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    private static void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException broken) {
                // A connection that breaks on one side breaks on the other. On a closed side this throws.
                from.setSoLinger(true, 0);
                to.setSoLinger(true, 0);
            }
        }
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // One side closed, so the tunnel closes the other.
                        return;
                    }
                },
                "testkit-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }
}
