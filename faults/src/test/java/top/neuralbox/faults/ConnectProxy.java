package top.neuralbox.faults;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import top.neuralbox.transport.ProxySettings;

/** An HTTP proxy on 127.0.0.1 that opens a tunnel to whoever knows the planted password. */
final class ConnectProxy implements AutoCloseable {

    private final ServerSocket listener;

    ConnectProxy() {
        try {
            listener = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::accept, "testkit-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    ProxySettings settings() {
        return ProxySettings.of("127.0.0.1", listener.getLocalPort())
                .withCredentials("user", SecretWatch.PROXY_PASSWORD);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                serve(listener.accept());
            }
        } catch (IOException e) {
            // The row is over.
        }
    }

    private static void serve(Socket client) {
        try {
            tunnel(client);
        } catch (IOException e) {
            // This client has gone; the next is served.
            HostRelay.end(client, true);
        }
    }

    private static void tunnel(Socket client) throws IOException {
        String head = head(client.getInputStream());
        boolean known = SecretWatch.isSecret(head);
        String answer = known ? "HTTP/1.1 200 \r\n\r\n" : "HTTP/1.1 407 \r\nContent-Length: 0\r\n\r\n";
        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        if (known) {
            String target = head.split(" ", 3)[1];
            HostRelay.join(client, Integer.parseInt(target.substring(target.lastIndexOf(':') + 1)));
        } else {
            client.close();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed inside the request head");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }
}
