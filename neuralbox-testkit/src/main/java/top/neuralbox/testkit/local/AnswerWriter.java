package top.neuralbox.testkit.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.json.PlainJson;
import top.neuralbox.testkit.socket.ParsedRequest;
import top.neuralbox.testkit.socket.ServerConnection;

/** Writes one response as the plan says, with framing that the client understands, and with the faults that concern bytes. */
final class AnswerWriter {

    /**
     * The plan ends the connection here. It is thrown before the connection ends, so that everything is counted before the
     * client sees the end.
     */
    static final class SeveredException extends IOException {

        private static final long serialVersionUID = 1L;

        private final boolean reset;

        private SeveredException(boolean reset) {
            super("ended by a fault");
            this.reset = reset;
        }

        void sever(ServerConnection connection) {
            if (reset) {
                connection.reset();
            } else {
                connection.close();
            }
        }
    }

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerConnection connection;
    private final ParsedRequest request;
    private final AnswerPlan plan;
    private final Map<String, String> headers;

    private boolean chunked;
    private long written;

    /**
     * An answer to a request.
     *
     * @param headers the header fields of every answer
     */
    AnswerWriter(ServerConnection connection, ParsedRequest request, AnswerPlan plan, Map<String, String> headers) {
        this.connection = connection;
        this.request = request;
        this.plan = plan;
        this.headers = new LinkedHashMap<>(headers);
    }

    /** Whether the connection takes another request after this one. */
    boolean keepsConnection() {
        String connection = request.header("Connection");
        return !request.isHttp10()
                && (connection == null || !connection.toLowerCase(Locale.ROOT).contains("close"));
    }

    /** Writes a whole answer with its length. */
    void whole(int status, Map<String, String> more, byte[] body) throws IOException, InterruptedException {
        headers.putAll(more);
        headers.put("Content-Length", Integer.toString(body.length));
        begin(status);
        if (!request.method().equals("HEAD")) {
            write(body);
        }
    }

    void json(int status, Object value) throws IOException, InterruptedException {
        byte[] body = PlainJson.write(value).getBytes(StandardCharsets.UTF_8);
        whole(status, Map.of("Content-Type", "application/json"), body);
    }

    /** Begins a body whose length is not known: chunked, or up to the end of the connection for HTTP/1.0. */
    void beginStream(String contentType) throws IOException, InterruptedException {
        headers.put("Content-Type", contentType);
        headers.put("Cache-Control", "no-cache");
        chunked = !request.isHttp10();
        if (chunked) {
            headers.put("Transfer-Encoding", "chunked");
        }
        begin(200);
    }

    /** Whether this many more bytes of the body can be sent before the plan stops it. */
    boolean carries(int bytes) {
        return plan.stop == AnswerPlan.Stop.WAIT || written + bytes <= plan.stopAt;
    }

    /** Writes a part of the body, flushed before this returns. */
    void write(byte[] bytes) throws IOException, InterruptedException {
        int offset = 0;
        while (offset < bytes.length) {
            int length = Math.min(bytes.length - offset, plan.splitEvery);
            if (written < plan.stopAt) {
                length = (int) Math.min(length, plan.stopAt - written);
            }
            writePiece(bytes, offset, length);
            offset += length;
            written += length;
            stopIfDue();
        }
    }

    /** Ends a body that was begun with {@link #beginStream}. */
    void endStream() throws IOException {
        if (chunked) {
            connection.write(LAST_CHUNK);
        }
    }

    private void begin(int status) throws IOException, InterruptedException {
        if (plan.beforeHead != null) {
            stop(plan.beforeHead, plan.headGate);
        }
        if (!keepsConnection()) {
            headers.put("Connection", "close");
        }
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + reason(status) + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        connection.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        stopIfDue();
    }

    private void writePiece(byte[] bytes, int offset, int length) throws IOException {
        if (!chunked) {
            connection.write(bytes, offset, length);
            return;
        }
        byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] chunk = new byte[size.length + length + 2];
        System.arraycopy(size, 0, chunk, 0, size.length);
        System.arraycopy(bytes, offset, chunk, size.length, length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        connection.write(chunk);
    }

    private void stopIfDue() throws IOException, InterruptedException {
        if (written == plan.stopAt) {
            stop(plan.stop, plan.bodyGate);
        }
    }

    private void stop(AnswerPlan.Stop stop, Gate gate) throws IOException, InterruptedException {
        switch (stop) {
            case WAIT -> connection.await(gate);
            case CLOSE -> throw new SeveredException(false);
            case RESET -> throw new SeveredException(true);
        }
    }

    /** The phrase means nothing to a client (RFC 9112, section 4), but people read it in the output of curl. */
    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status";
        };
    }
}
