package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import top.neuralbox.OpenedDecoder;

/** The least that can be done: read, take the chunks apart in place, decode. */
final class RawSocket implements StreamClient {

    private static final int ROOM = 64 * 1024;

    private final boolean handsOver;

    /**
     * @param handsOver whether another thread decodes
     */
    RawSocket(boolean handsOver) {
        this.handsOver = handsOver;
    }

    @Override
    public void open(URI base, StreamReader reader) throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setTcpNoDelay(true);
            String body = "{\"model\":\"gpt-5\"}";
            socket.getOutputStream()
                    .write(("POST " + base.getPath()
                                    + "/api/v2/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(ISO_8859_1));
            OpenedDecoder decoder = OpenedDecoder.of(Events.deltasTo(reader));
            if (handsOver) {
                HandOver elsewhere = new HandOver(decoder);
                new Chunks(socket.getInputStream(), elsewhere::give).read();
                elsewhere.end();
            } else {
                new Chunks(socket.getInputStream(), decoder::read).read();
            }
            reader.ended(null);
        }
    }

    /** Chunked content (RFC 9112, section 7.1) whose every line is short. */
    private static final class Chunks {

        private final InputStream in;
        private final Consumer<ByteBuffer> content;
        private final byte[] room = new byte[ROOM];
        private int at;
        private int limit;

        Chunks(InputStream in, Consumer<ByteBuffer> content) {
            this.in = in;
            this.content = content;
        }

        void read() throws IOException {
            while (!line().isEmpty()) {
                // The head.
            }
            for (int size = size(); size > 0; size = size()) {
                int left = size;
                while (left > 0) {
                    if (at == limit) {
                        fill();
                    }
                    int count = Math.min(left, limit - at);
                    content.accept(ByteBuffer.wrap(room, at, count));
                    at += count;
                    left -= count;
                }
                next();
                next();
            }
        }

        private int size() throws IOException {
            int size = 0;
            for (int b = next(); b != '\r'; b = next()) {
                size = size * 16 + Character.digit(b, 16);
            }
            next();
            return size;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = next(); b != '\n'; b = next()) {
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return line.toString();
        }

        private int next() throws IOException {
            if (at == limit) {
                fill();
            }
            return room[at++];
        }

        private void fill() throws IOException {
            at = 0;
            limit = in.read(room);
            if (limit < 0) {
                throw new EOFException();
            }
        }
    }
}
