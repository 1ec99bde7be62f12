package top.neuralbox.testkit.local;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import top.neuralbox.testkit.json.PlainJson;

/** A client on a bare socket, which sees each byte that the local service sends. */
final class LocalClient implements Closeable {

    /** A request that every service answers with events. */
    static final String STREAM = "{\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"stream\": true}";

    private final Socket socket;
    private final InputStream in;

    LocalClient(LocalNeuralBox service) throws IOException {
        socket = new Socket("127.0.0.1", service.port());
        // No test waits so long; a broken one fails instead of hanging.
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    /** A response as it is on the wire. */
    record Response(int status, String head, String body) {

        List<?> events() throws IOException {
            List<Object> events = new ArrayList<>();
            for (String line : body.split("\n")) {
                if (line.startsWith("data: {")) {
                    events.add(PlainJson.read(line.substring(6).getBytes(StandardCharsets.UTF_8)));
                }
            }
            return events;
        }

        Map<?, ?> json() throws IOException {
            return (Map<?, ?>) PlainJson.read(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** One request on a connection of its own. */
    static Response generate(LocalNeuralBox service, String body) throws IOException {
        return post(service, "/api/v2/generate", body);
    }

    static Response post(LocalNeuralBox service, String path, String body) throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost(path, body);
            return client.response();
        }
    }

    static Response get(LocalNeuralBox service, String path) throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + LocalNeuralBox.apiKey()
                    + "\r\n\r\n");
            return client.response();
        }
    }

    void sendPost(String path, String body) throws IOException {
        sendPost(path, "HTTP/1.1", "Authorization: Bearer " + LocalNeuralBox.apiKey() + "\r\n", body);
    }

    void sendPost(String path, String version, String headers, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        send("POST " + path + " " + version + "\r\nHost: x\r\n" + headers + "Content-Length: " + length + "\r\n\r\n"
                + body);
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A whole response, its transfer coding removed. */
    Response response() throws IOException {
        String head = head();
        return new Response(status(head), head, body(head));
    }

    /** The lines up to the empty one. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    /** A chunk of a chunked body; empty at its end. */
    String chunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] bytes = in.readNBytes(length);
        line();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Reads a response to wherever it ends, be it cut. */
    boolean drain() {
        try {
            response();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** All bytes until the service closes, framing included. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static int status(String head) {
        return Integer.parseInt(head.substring(9, 12));
    }

    private String body(String head) throws IOException {
        if (head.contains("Transfer-Encoding: chunked")) {
            StringBuilder body = new StringBuilder();
            for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
                body.append(chunk);
            }
            return body.toString();
        }
        int at = head.indexOf("Content-Length: ");
        if (at < 0) {
            return rest();
        }
        int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\n', at)));
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed inside a line: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
