package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/** Responses with chunked content, made once. */
final class FlatBodies {

    static final byte[] HEAD = String.join(
                    "\r\n",
                    "HTTP/1.1 200 OK",
                    "Content-Type: text/event-stream",
                    "Cache-Control: no-cache",
                    "Transfer-Encoding: chunked",
                    "",
                    "")
            .getBytes(US_ASCII);
    static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private record Key(int chunkBytes, int deltas, boolean chat) {}

    private final Map<Key, ByteBuffer> bodies = new HashMap<>();

    /** A response from head to last chunk, to be read from a duplicate. */
    ByteBuffer of(int chunkBytes, int deltas, boolean chat) {
        return bodies.computeIfAbsent(new Key(chunkBytes, deltas, chat), FlatBodies::make)
                .duplicate();
    }

    static byte[] chunk(byte[] content) {
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        frame(content, framed);
        return framed.toByteArray();
    }

    private static ByteBuffer make(Key key) {
        SampleStream sample =
                key.chat() ? SampleStream.chat(Mix.USUAL, key.deltas()) : SampleStream.of(Mix.USUAL, key.deltas());
        List<byte[]> chunks = key.chunkBytes() == 0 ? sample.events() : sample.chunks(key.chunkBytes());
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        response.writeBytes(HEAD);
        chunks.forEach(chunk -> frame(chunk, response));
        response.writeBytes(LAST_CHUNK);
        return ByteBuffer.allocateDirect(response.size())
                .put(response.toByteArray())
                .flip();
    }

    private static void frame(byte[] content, ByteArrayOutputStream framed) {
        framed.writeBytes((Integer.toHexString(content.length) + "\r\n").getBytes(US_ASCII));
        framed.writeBytes(content);
        framed.writeBytes("\r\n".getBytes(US_ASCII));
    }
}
