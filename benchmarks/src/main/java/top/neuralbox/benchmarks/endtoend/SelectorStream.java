package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import top.neuralbox.OpenedDecoder;

/** One response with chunked content (RFC 9112, section 7.1), taken apart wherever it is cut. */
final class SelectorStream {

    private static final String BODY = "{\"model\":\"gpt-5\"}";

    private enum At {
        STATUS,
        FIELDS,
        SIZE,
        CONTENT,
        BEHIND_CONTENT,
        TRAILERS,
        END
    }

    private final String path;
    private final StreamReader reader;
    private final OpenedDecoder decoder;
    private final StringBuilder line = new StringBuilder();
    private At at = At.STATUS;
    private boolean isChunked;
    private int left;

    SelectorStream(String path, StreamReader reader) {
        this.path = path;
        this.reader = reader;
        this.decoder = OpenedDecoder.of(Events.deltasTo(reader));
    }

    byte[] request() {
        return ("POST " + path + "/api/v2/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                        + "Content-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY)
                .getBytes(ISO_8859_1);
    }

    void failed(Exception failure) {
        if (at != At.END) {
            at = At.END;
            reader.ended(failure);
        }
    }

    /** Reads what has come. Returns whether the response is complete. */
    boolean read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && at != At.END) {
            if (at == At.CONTENT) {
                content(bytes);
            } else {
                byte next = bytes.get();
                if (next == '\n') {
                    String whole = line.toString();
                    line.setLength(0);
                    at = behind(whole);
                } else if (next != '\r') {
                    line.append((char) (next & 0xFF));
                }
            }
        }
        return at == At.END;
    }

    private void content(ByteBuffer bytes) {
        int count = Math.min(left, bytes.remaining());
        decoder.read(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        left -= count;
        if (left == 0) {
            at = At.BEHIND_CONTENT;
        }
    }

    private At behind(String whole) throws IOException {
        switch (at) {
            case STATUS -> {
                require(whole.startsWith("HTTP/1.1 200"), whole);
                return At.FIELDS;
            }
            case FIELDS -> {
                isChunked |= whole.equalsIgnoreCase("transfer-encoding: chunked");
                require(!whole.isEmpty() || isChunked, "no chunked content");
                return whole.isEmpty() ? At.SIZE : At.FIELDS;
            }
            case SIZE -> {
                left = Integer.parseInt(whole, 16);
                return left == 0 ? At.TRAILERS : At.CONTENT;
            }
            case BEHIND_CONTENT -> {
                require(whole.isEmpty(), whole);
                return At.SIZE;
            }
            default -> {
                require(whole.isEmpty(), whole);
                require(decoder.done(), "an end without [DONE]");
                reader.ended(null);
                return At.END;
            }
        }
    }

    private static void require(boolean met, String otherwise) throws IOException {
        if (!met) {
            throw new IOException("not the response that was expected: " + otherwise);
        }
    }
}
