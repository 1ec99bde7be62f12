package top.neuralbox.transport.vertx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import top.neuralbox.transport.ProxySettings;

/** An HTTP proxy on 127.0.0.1 that opens tunnels, to whoever shows the right credentials if it was given any. */
final class TunnelProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final String credentials;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private TunnelProxy(String credentials) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.credentials = credentials;
        inBackground(this::accept);
    }

    static TunnelProxy open() throws IOException {
        return new TunnelProxy("");
    }

    /** Asks for the Basic scheme with these credentials in base 64. */
    static TunnelProxy openFor(String credentials) throws IOException {
        return new TunnelProxy(credentials);
    }

    ProxySettings settings() {
        return ProxySettings.of("127.0.0.1", listener.getLocalPort());
    }

    /** The heads of the requests that it received itself. */
    List<String> heads() {
        return heads;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            sockets.add(client);
            inBackground(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        String head = readHead(client.getInputStream());
        heads.add(head);
        String answer = head.contains(credentials) ? "200 Connected" : "407 Proxy Authentication Required";
        String target = head.split(" ", 3)[1];
        int colon = target.lastIndexOf(':');
        if (!answer.startsWith("200")) {
            client.getOutputStream()
                    .write(("HTTP/1.1 " + answer + "\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(ISO_8859_1));
            client.close();
            return;
        }
        Socket server = new Socket("127.0.0.1", Integer.parseInt(target.substring(colon + 1)));
        sockets.add(server);
        client.getOutputStream().write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(ISO_8859_1));
        inBackground(() -> relay(server, client));
        relay(client, server);
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    private static void relay(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } finally {
            to.close();
        }
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // One side closed, as it may.
                        return;
                    }
                },
                "tunnel-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private interface Task {
        void run() throws IOException;
    }
}
