package top.neuralbox.testkit.recording;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.json.PlainJson;

/** Reads and writes a recording as lines of JSON, one object a line. */
final class RecordingFormat {

    private static final String VERSION = "neuralbox_recording";
    private static final BigDecimal ONE = BigDecimal.ONE;
    /** A year: longer times are mistakes. */
    private static final BigDecimal MOST_MILLIS = new BigDecimal(366L * 24 * 60 * 60 * 1_000);

    private final String name;
    private int number;
    private Duration last = Duration.ZERO;
    private Recording.@Nullable Head head;
    private Recording.@Nullable End end;
    private final List<Recording.Chunk> chunks = new ArrayList<>();

    private RecordingFormat(String name) {
        this.name = name;
    }

    static String format(Recording recording) {
        StringBuilder out = new StringBuilder();
        Map<String, @Nullable Object> first = new LinkedHashMap<>();
        first.put(VERSION, ONE);
        first.put("recorded", recording.recorded());
        if (recording.request() != null) {
            first.put("request", recording.request());
        }
        line(out, first);
        Recording.Head head = recording.head();
        if (head != null) {
            Map<String, @Nullable Object> line = timed(head.at());
            line.put("status", BigDecimal.valueOf(head.status()));
            line.put("headers", head.headers());
            line(out, line);
        }
        for (Recording.Chunk chunk : recording.chunks()) {
            Map<String, @Nullable Object> line = timed(chunk.at());
            String text = text(chunk.bytes());
            line.put(text == null ? "base64" : "chunk", text == null ? base64(chunk.bytes()) : text);
            line(out, line);
        }
        Map<String, @Nullable Object> line = timed(recording.length());
        line.put("end", recording.end().name().toLowerCase(Locale.ROOT));
        line(out, line);
        return out.toString();
    }

    /**
     * Reads a recording.
     *
     * @param name for messages
     * @throws IllegalArgumentException if it is not a recording; the message names the line
     */
    static Recording parse(String name, String text) {
        return new RecordingFormat(name).parse(text.split("\r?\n"));
    }

    private Recording parse(String[] lines) {
        number = 1;
        Map<?, ?> first = object(lines.length == 0 ? "" : lines[0]);
        if (!(first.get(VERSION) instanceof BigDecimal version) || version.compareTo(ONE) != 0) {
            throw broken("it must begin with \"" + VERSION + "\": 1");
        }
        for (number = 2; number <= lines.length; number++) {
            if (end != null) {
                throw broken("nothing may follow the end");
            }
            read(object(lines[number - 1]));
        }
        if (end == null) {
            number = lines.length;
            throw broken("the end is missing");
        }
        Object request = first.get("request");
        Object recorded = first.get("recorded");
        return new Recording(
                recorded == null ? "" : recorded.toString(),
                request == null ? null : request.toString(),
                head,
                chunks,
                end,
                last);
    }

    private void read(Map<?, ?> line) {
        last = time(line.get("ms"));
        if (line.get("status") instanceof BigDecimal status) {
            if (head != null) {
                throw broken("there is a status already");
            }
            head = new Recording.Head(last, status(status), headers(line.get("headers")));
        } else if (line.get("chunk") instanceof String text) {
            chunk(text.getBytes(StandardCharsets.UTF_8));
        } else if (line.get("base64") instanceof String text) {
            chunk(decoded(text));
        } else if (line.get("end") instanceof String text) {
            end = end(text);
            if (head == null && (!chunks.isEmpty() || end == Recording.End.COMPLETE)) {
                throw broken("the status is missing");
            }
        } else {
            throw broken("it needs one of \"status\", \"chunk\", \"base64\" and \"end\"");
        }
    }

    private void chunk(byte[] bytes) {
        if (head == null) {
            throw broken("a chunk comes before the status");
        }
        if (bytes.length == 0) {
            throw broken("a chunk must not be empty");
        }
        chunks.add(new Recording.Chunk(last, bytes));
    }

    private Duration time(@Nullable Object millis) {
        if (!(millis instanceof BigDecimal value) || value.signum() < 0 || value.compareTo(MOST_MILLIS) > 0) {
            throw broken("\"ms\" must be milliseconds since the request");
        }
        Duration time = Duration.ofNanos(value.movePointRight(6).longValue());
        if (time.compareTo(last) < 0) {
            throw broken("\"ms\" is lower than in the line before");
        }
        return time;
    }

    private int status(BigDecimal value) {
        try {
            int status = value.intValueExact();
            if (status >= 200 && status <= 599) {
                return status;
            }
        } catch (ArithmeticException e) {
            // Thrown below.
        }
        throw broken("\"status\" must be from 200 to 599");
    }

    private Map<String, String> headers(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> fields)) {
            throw broken("\"headers\" must be an object of strings");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        fields.forEach((field, content) -> {
            if (!(content instanceof String text) || hasLineEnd(text) || hasLineEnd(String.valueOf(field))) {
                throw broken("\"headers\" must be an object of strings without line ends");
            }
            headers.put(String.valueOf(field), text);
        });
        return headers;
    }

    private Recording.End end(String text) {
        for (Recording.End known : Recording.End.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(text)) {
                return known;
            }
        }
        throw broken("\"end\" must be complete, truncated, reset or cancelled");
    }

    private byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw broken("\"base64\" must be valid base64");
        }
    }

    private Map<?, ?> object(String line) {
        try {
            if (PlainJson.read(line.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> object) {
                return object;
            }
        } catch (IOException e) {
            // Thrown below: a parser's message quotes its input, and has its own line number.
        }
        throw broken("it is not a JSON object");
    }

    private IllegalArgumentException broken(String why) {
        return new IllegalArgumentException(name + ", line " + number + ": " + why);
    }

    private static boolean hasLineEnd(String text) {
        return text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
    }

    private static Map<String, @Nullable Object> timed(Duration at) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        // Microseconds are finer than any network.
        line.put("ms", BigDecimal.valueOf(at.toNanos() / 1_000, 3));
        return line;
    }

    private static void line(StringBuilder out, Map<String, @Nullable Object> line) {
        out.append(PlainJson.write(line)).append('\n');
    }

    /** The bytes as text; null if they are not valid UTF-8, for example because a character was cut. */
    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
