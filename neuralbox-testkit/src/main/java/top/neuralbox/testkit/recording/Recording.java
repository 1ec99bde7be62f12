package top.neuralbox.testkit.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.server.Script;

/**
 * One response as it arrived: its head, its bytes in the pieces in which they were read, the time of each piece, and its end.
 * {@link RecordingTransport} makes it; {@link #script} plays it again. Its file has lines of JSON that a person can read and
 * compare; the project's {@code docs/recordings.md} describes them. Immutable.
 *
 * <pre>{@code
 * Recording recording = Recording.read(Path.of("story.jsonl"));
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     server.answerAlways(recording.script(2));
 *     // … a client of server.uri() sees the stream at twice its pace
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Recording {

    /** The ways in which a response ends. */
    public enum End {
        /** The response was complete. */
        COMPLETE,
        /** The connection was closed before the end. */
        TRUNCATED,
        /** The connection was reset. */
        RESET,
        /** The client cancelled the call. */
        CANCELLED
    }

    /**
     * The head of the response.
     *
     * @param at the time since the request was sent
     * @param headers those that matter to a client and hold no secret
     */
    record Head(Duration at, int status, Map<String, String> headers) {}

    /** Bytes that were read at once, with the time since the request was sent. */
    static final class Chunk {

        private final Duration at;
        private final byte[] bytes;

        Chunk(Duration at, byte[] bytes) {
            this.at = at;
            this.bytes = bytes;
        }

        Duration at() {
            return at;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    private final String recorded;
    private final @Nullable String request;
    private final @Nullable Head head;
    private final List<Chunk> chunks;
    private final End end;
    private final Duration length;

    Recording(
            String recorded,
            @Nullable String request,
            @Nullable Head head,
            List<Chunk> chunks,
            End end,
            Duration length) {
        this.recorded = recorded;
        this.request = request;
        this.head = head;
        this.chunks = List.copyOf(chunks);
        this.end = end;
        this.length = length;
    }

    /**
     * Reads a recording.
     *
     * @throws IllegalArgumentException if it is not a recording; the message names the file and the line
     * @throws IOException if the file cannot be read
     */
    public static Recording read(Path file) throws IOException {
        return RecordingFormat.parse(file.getFileName().toString(), Files.readString(file));
    }

    /**
     * Writes this recording as lines of JSON, in UTF-8.
     *
     * @throws IOException if the file cannot be written
     */
    public void write(Path file, OpenOption... options) throws IOException {
        Files.write(file, RecordingFormat.format(this).getBytes(StandardCharsets.UTF_8), options);
    }

    /** The status code; null if the connection was lost, or the call was cancelled, before the head. */
    public @Nullable Integer status() {
        return head == null ? null : head.status();
    }

    /** The content, with all pieces joined. A copy. */
    public byte[] content() {
        byte[] all =
                new byte[chunks.stream().mapToInt(chunk -> chunk.bytes().length).sum()];
        int position = 0;
        for (Chunk chunk : chunks) {
            System.arraycopy(chunk.bytes(), 0, all, position, chunk.bytes().length);
            position += chunk.bytes().length;
        }
        return all;
    }

    /** How the response ended. */
    public End end() {
        return end;
    }

    /** The time from the request to the end. */
    public Duration length() {
        return length;
    }

    /** A script that plays this recording at its own pace. */
    public Script script() {
        return script(1);
    }

    /**
     * A script that plays this recording at another pace. It sends the same bytes in the same pieces, each as a chunk of
     * HTTP/1.1, and ends in the same way.
     *
     * @param speed greater than 0; 2 plays it twice as fast, {@link Double#POSITIVE_INFINITY} as fast as the client reads
     */
    public Script script(double speed) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0: " + speed);
        }
        Script.Builder script = Script.builder();
        if (head != null) {
            String[] fields = new String[head.headers().size() + 1];
            int count = 0;
            for (Map.Entry<String, String> field : head.headers().entrySet()) {
                fields[count++] = field.getKey() + ": " + field.getValue();
            }
            fields[count] = "Transfer-Encoding: chunked";
            script.until(faster(head.at(), speed)).head(head.status(), fields);
        }
        for (Chunk chunk : chunks) {
            script.until(faster(chunk.at(), speed)).chunk(chunk.bytes());
        }
        switch (end) {
            case COMPLETE -> script.until(faster(length, speed)).lastChunk();
            case TRUNCATED -> script.until(faster(length, speed)).close();
            case RESET -> script.until(faster(length, speed)).reset();
            case CANCELLED -> script.hold();
        }
        return script.build();
    }

    /** The time when it was made, as written in the file. */
    String recorded() {
        return recorded;
    }

    @Nullable
    String request() {
        return request;
    }

    @Nullable
    Head head() {
        return head;
    }

    List<Chunk> chunks() {
        return chunks;
    }

    private static Duration faster(Duration at, double speed) {
        return Duration.ofNanos((long) (at.toNanos() / speed));
    }
}
