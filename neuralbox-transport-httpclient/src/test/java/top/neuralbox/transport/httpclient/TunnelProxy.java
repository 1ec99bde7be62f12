package top.neuralbox.transport.httpclient;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import top.neuralbox.transport.ProxySettings;

/** A proxy on 127.0.0.1 that opens the tunnels it is asked for (RFC 9110, section 9.3.6), two threads each. */
final class TunnelProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private TunnelProxy(ServerSocket listener) {
        this.listener = listener;
    }

    static TunnelProxy start() throws IOException {
        TunnelProxy proxy = new TunnelProxy(new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1")));
        daemon(proxy::accept);
        return proxy;
    }

    ProxySettings settings() {
        return ProxySettings.of("127.0.0.1", listener.getLocalPort());
    }

    /** The heads of the CONNECT requests that came, as they came. */
    List<String> heads() {
        return heads;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                daemon(() -> tunnel(client));
            }
        } catch (IOException e) {
            // Closed by the test.
        }
    }

    private void tunnel(Socket client) {
        try (client) {
            String head = readHead(client.getInputStream());
            heads.add(head);
            String[] target = head.substring("CONNECT ".length(), head.indexOf(" HTTP/1.1"))
                    .split(":", 2);
            try (Socket server = new Socket(target[0], Integer.parseInt(target[1]))) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                daemon(() -> pump(server, client));
                pump(client, server);
            }
        } catch (IOException e) {
            // One side closed; closing the other is what a tunnel does then.
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed inside the head");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
        } catch (IOException e) {
            // As above.
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "tunnel-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
