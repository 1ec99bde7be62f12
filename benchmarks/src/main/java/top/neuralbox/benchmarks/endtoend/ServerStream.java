package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One connection of the server, and the response that it is at. */
final class ServerStream implements Comparable<ServerStream> {

    private static final int REQUEST_ROOM = 4 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StreamServer server;
    private final SocketChannel channel;
    private final SelectionKey key;
    private ByteBuffer request = NOTHING;
    private ByteBuffer response = NOTHING;

    private ByteBuffer held = NOTHING;

    private boolean chat;
    private long intervalNanos;
    private int left;
    private long due;

    ServerStream(StreamServer server, SocketChannel channel, SelectionKey key) {
        this.server = server;
        this.channel = channel;
        this.key = key;
    }

    long intervalNanos() {
        return intervalNanos;
    }

    /** Begins with what was held back. */
    void begin(long now) {
        ByteBuffer all = held;
        held = NOTHING;
        if (!all.hasRemaining()) {
            server.pace(this, now);
            return;
        }
        try {
            send(all);
        } catch (IOException | java.nio.channels.CancelledKeyException gone) {
            key.cancel();
        }
    }

    void beginAt(long nanos) {
        due = nanos;
    }

    long due() {
        return due;
    }

    @Override
    public int compareTo(ServerStream other) {
        return Long.compare(due - other.due, 0);
    }

    void ready(SelectionKey key) throws IOException {
        if (key.isWritable()) {
            write();
        }
        if (key.isReadable()) {
            read();
        }
    }

    /** Sends the next event of a paced stream, which tells when it was sent. */
    boolean sendNext() {
        due += intervalNanos;
        try {
            if (left-- > 0) {
                send(ByteBuffer.wrap(FlatBodies.chunk(event(Long.toString(System.nanoTime())))));
                return true;
            }
            send(ByteBuffer.wrap(end()));
        } catch (IOException | java.nio.channels.CancelledKeyException gone) {
            key.cancel();
        }
        return false;
    }

    private void read() throws IOException {
        if (request.capacity() == 0) {
            request = ByteBuffer.allocate(REQUEST_ROOM);
        }
        if (channel.read(request) < 0) {
            throw new EOFException();
        }
        String head = new String(request.array(), 0, request.position(), ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0 || request.position() < end + 4 + contentLength(head)) {
            return;
        }
        // No buffer stays with a stream that is being served; a client sends one request at a time.
        request = NOTHING;
        answer(head.substring(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1)));
    }

    private static int contentLength(String head) throws IOException {
        String name = "content-length:";
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf(name);
        if (at >= 0) {
            return Integer.parseInt(
                    head.substring(at + name.length(), head.indexOf('\r', at)).strip());
        }
        if (head.startsWith("POST") && head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
            throw new IOException("a chunked request: not supported here");
        }
        return 0;
    }

    private void answer(String path) throws IOException {
        String[] parts = path.split("/", -1);
        switch (parts[1]) {
            case "flat" -> {
                chat = parts[4].equals("chat");
                send(server.bodies().of(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]), chat));
            }
            case "paced" -> {
                intervalNanos = Long.parseLong(parts[2]) * 1_000;
                left = Integer.parseInt(parts[3]);
                chat = parts[5].equals("chat");
                send(ByteBuffer.wrap(begin()));
                if (parts[4].equals("gated")) {
                    server.gate(this);
                } else {
                    server.pace(this, System.nanoTime());
                }
            }
            case "flood" -> {
                chat = parts[4].equals("chat");
                ByteBuffer whole = server.bodies().of(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]), chat);
                held = whole.position(FlatBodies.HEAD.length);
                send(ByteBuffer.wrap(begin()));
                server.gate(this);
            }
            case "go" -> {
                send(ByteBuffer.wrap("HTTP/1.1 204 No Content\r\n\r\n".getBytes(ISO_8859_1)));
                server.openGate();
            }
            default -> throw new IOException("an unknown path");
        }
    }

    /** The head, and an event that shows that the stream is open. */
    private byte[] begin() {
        byte[] first = FlatBodies.chunk(event("0"));
        byte[] begin = java.util.Arrays.copyOf(FlatBodies.HEAD, FlatBodies.HEAD.length + first.length);
        System.arraycopy(first, 0, begin, FlatBodies.HEAD.length, first.length);
        return begin;
    }

    private byte[] event(String text) {
        String json = chat
                ? "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1763800000,\"model\":\"gpt-5\","
                        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":null}]}"
                : "{\"type\": \"content_delta\", \"delta\": \"" + text + "\"}";
        return ("data: " + json + "\n\n").getBytes(ISO_8859_1);
    }

    private byte[] end() {
        String end = chat ? "" : "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n";
        byte[] last = FlatBodies.chunk((end + "data: [DONE]\n\n").getBytes(ISO_8859_1));
        byte[] all = java.util.Arrays.copyOf(last, last.length + FlatBodies.LAST_CHUNK.length);
        System.arraycopy(FlatBodies.LAST_CHUNK, 0, all, last.length, FlatBodies.LAST_CHUNK.length);
        return all;
    }

    private void send(ByteBuffer bytes) throws IOException {
        if (response.hasRemaining()) {
            // A reader that is behind: what is due now goes out behind what it has not taken.
            response = ByteBuffer.allocate(response.remaining() + bytes.remaining())
                    .put(response)
                    .put(bytes)
                    .flip();
        } else {
            response = bytes;
        }
        write();
    }

    private void write() throws IOException {
        channel.write(response);
        if (response.hasRemaining()) {
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        } else {
            response = NOTHING;
            key.interestOps(SelectionKey.OP_READ);
        }
    }
}
