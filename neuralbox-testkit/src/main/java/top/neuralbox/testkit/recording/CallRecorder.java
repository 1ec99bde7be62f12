package top.neuralbox.testkit.recording;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** Records one call until its end, and ignores everything after it. Thread-safe. */
final class CallRecorder {

    /** An allow-list, in lower case: a field that is not known might hold a secret. */
    private static final Set<String> FIELDS =
            Set.of("content-type", "content-encoding", "date", "retry-after", "x-request-id");

    private static final String RATE_LIMIT = "x-ratelimit-";

    /** The number of bytes at the end in which {@code [DONE]} is searched. */
    private static final int TAIL = 64;

    /** The least number of characters at the end that count as a key that was cut off. Fewer may be there by chance. */
    private static final int LEAST_CUT = 8;

    /** The bytes of an escape with four hex digits. */
    private static final int UNICODE_ESCAPE = 6;

    private final RecordingTransport transport;
    private final @Nullable String request;
    private final String recorded;
    private final List<Recording.Chunk> chunks = new ArrayList<>();
    private volatile byte[] key = {};
    private Recording.@Nullable Head head;
    private @Nullable BlankText blank;
    private boolean compressed;
    private long begun;
    private boolean ended;

    /** @param kept the request if its content is to be recorded; otherwise null */
    CallRecorder(RecordingTransport transport, @Nullable TransportRequest kept) {
        this.transport = transport;
        this.request = kept == null ? null : new String(kept.body(), StandardCharsets.UTF_8);
        this.recorded = transport.now();
        this.begun = transport.nanoTime();
    }

    /** A copy of the request that reports when it is sent. Times count from then. */
    TransportRequest watched(TransportRequest watched) {
        TransportRequest.Builder copy = TransportRequest.builder(watched.method(), watched.uri())
                .body(watched.body())
                .connectTimeout(watched.connectTimeout())
                .onSent(() -> {
                    sent();
                    watched.onSent().run();
                });
        watched.headers().forEach((name, values) -> values.forEach(value -> copy.header(name, value)));
        String authorization = String.join("", watched.headers().getOrDefault("Authorization", List.of()));
        key = authorization.substring(authorization.indexOf(' ') + 1).getBytes(StandardCharsets.ISO_8859_1);
        return copy.build();
    }

    synchronized void head(TransportResponse response) {
        Map<String, String> kept = new LinkedHashMap<>();
        response.headers().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!values.isEmpty() && (FIELDS.contains(lower) || lower.startsWith(RATE_LIMIT))) {
                byte[] value = values.get(0).getBytes(StandardCharsets.ISO_8859_1);
                mask(value);
                kept.put(name, new String(value, StandardCharsets.ISO_8859_1));
            }
        });
        head = new Recording.Head(now(), response.status(), kept);
        String encoding = response.header("Content-Encoding");
        compressed =
                encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
        if (transport.blanksText()) {
            String type = response.header("Content-Type");
            blank = new BlankText(response.status(), type == null ? "" : type.toLowerCase(Locale.ROOT));
        }
    }

    /** Records a buffer, and leaves it as it is. */
    synchronized void chunk(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        if (compressed) {
            // The key or a text in it could not be found.
            Arrays.fill(bytes, (byte) 'x');
        }
        if (!ended) {
            chunks.add(new Recording.Chunk(now(), blank == null ? bytes : blank.blank(bytes)));
        }
    }

    /** This call could not be recorded. The close of the transport reports it. */
    void couldNot(Throwable failed) {
        transport.failed(new IOException("a call could not be recorded", failed));
    }

    void failed(Throwable error) {
        TransportException.Kind kind =
                error instanceof TransportException failure ? failure.kind() : TransportException.Kind.OTHER;
        switch (kind) {
            case CANCELLED, CLOSED -> ended(Recording.End.CANCELLED);
            case LOST -> ended(wasReset(error) ? Recording.End.RESET : Recording.End.TRUNCATED);
            default -> endedWithoutHead();
        }
    }

    synchronized void ended(Recording.End end) {
        if (!ended) {
            ended = true;
            // A client that has received [DONE] may leave before the last chunk. The stream was complete.
            Recording.End said = end == Recording.End.CANCELLED && isDone() ? Recording.End.COMPLETE : end;
            transport.finished(new Recording(recorded, requestWithoutKey(), head, withoutKey(), said, now()));
        }
    }

    private @Nullable String requestWithoutKey() {
        if (request == null) {
            return null;
        }
        byte[] content = request.getBytes(StandardCharsets.UTF_8);
        return mask(content) ? new String(content, StandardCharsets.UTF_8) : request;
    }

    /** The chunks as they were cut. Where the service echoed the key, it is replaced, even if a cut runs through it. */
    private List<Recording.Chunk> withoutKey() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        chunks.forEach(chunk -> whole.writeBytes(chunk.bytes()));
        ByteBuffer masked = ByteBuffer.wrap(whole.toByteArray());
        if (!mask(masked.array())) {
            return chunks;
        }
        List<Recording.Chunk> clean = new ArrayList<>(chunks.size());
        for (Recording.Chunk chunk : chunks) {
            byte[] bytes = new byte[chunk.bytes().length];
            masked.get(bytes);
            clean.add(new Recording.Chunk(chunk.at(), bytes));
        }
        return clean;
    }

    /**
     * Replaces each byte of the key with an x, whether or not it is escaped in JSON, and also if the bytes end within it. Returns
     * whether the key was there.
     */
    private boolean mask(byte[] bytes) {
        boolean found = false;
        for (int at = 0; key.length > 0 && at < bytes.length; at++) {
            int end = endOfKey(bytes, at);
            if (end > at) {
                Arrays.fill(bytes, at, end, (byte) 'x');
                found = true;
            }
        }
        return found;
    }

    /** The position after the key that begins here, or the end if the bytes end within it; -1 if no key begins here. */
    private int endOfKey(byte[] bytes, int from) {
        int at = from;
        for (int i = 0; i < key.length; i++) {
            int length = lengthOf(key[i], bytes, at);
            if (length == 0) {
                return i >= LEAST_CUT && isCutOff(bytes, at) ? bytes.length : -1;
            }
            at += length;
        }
        return at;
    }

    /** Whether the bytes end here, or within an escape that begins here. */
    private static boolean isCutOff(byte[] bytes, int at) {
        int left = bytes.length - at;
        return left == 0 || (bytes[at] == '\\' && (left == 1 || (left < UNICODE_ESCAPE && bytes[at + 1] == 'u')));
    }

    /** How many bytes encode the wanted one (RFC 8259, section 7); 0 if they do not encode it. */
    private static int lengthOf(byte wanted, byte[] bytes, int at) {
        if (at >= bytes.length) {
            return 0;
        }
        if (bytes[at] == '\\' && at + 1 < bytes.length) {
            byte escaped = bytes[at + 1];
            if (escaped == wanted && "\\\"/".indexOf(escaped) >= 0) {
                return 2;
            }
            if (escaped == 'u' && at + UNICODE_ESCAPE <= bytes.length && isHex(bytes, at + 2, wanted)) {
                return UNICODE_ESCAPE;
            }
        }
        return bytes[at] == wanted ? 1 : 0;
    }

    private static boolean isHex(byte[] bytes, int at, int wanted) {
        int code = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0) {
                return false;
            }
            code = code << 4 | digit;
        }
        return code == wanted;
    }

    /** Records nothing without a connection or without HTTP. A failure after the head is recorded as a truncated body. */
    private synchronized void endedWithoutHead() {
        if (head != null) {
            ended(Recording.End.TRUNCATED);
        }
        ended = true;
    }

    private boolean isDone() {
        StringBuilder tail = new StringBuilder();
        for (int i = chunks.size() - 1; i >= 0 && tail.length() < TAIL; i--) {
            tail.insert(0, new String(chunks.get(i).bytes(), StandardCharsets.ISO_8859_1));
        }
        return tail.toString().stripTrailing().endsWith("data: [DONE]");
    }

    private synchronized void sent() {
        begun = transport.nanoTime();
    }

    private Duration now() {
        return Duration.ofNanos(transport.nanoTime() - begun);
    }

    /** The operating system's message for a reset connection is the same on all engines. */
    private static boolean wasReset(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (cause instanceof IOException && message != null && message.contains("reset")) {
                return true;
            }
        }
        return false;
    }
}
