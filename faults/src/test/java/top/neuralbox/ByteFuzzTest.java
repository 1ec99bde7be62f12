package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import top.neuralbox.sse.EventStreamLimitException;
import top.neuralbox.sse.EventStreamParser;

/**
 * What reads bytes of a stranger, under bytes that nobody thought of. Without more, the kept inputs are replayed; with
 * {@code JAZZER_FUZZ=1} one target is fuzzed, see SECURITY.md.
 *
 * <p>The first byte of an input says how long the pieces are into which the rest is cut.
 */
@Tag("fuzz")
class ByteFuzzTest {

    private static final int LINE = 1 << 10;
    private static final int EVENT = 2 << 10;
    private static final Instant NOW = Instant.parse("2026-03-08T12:00:00Z");
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    private static final int LONGEST_MESSAGE = 8 << 10;

    /** Same events and same limit for every split, whatever the bytes. */
    @FuzzTest(maxDuration = "10m")
    void eventStream(byte[] input) {
        ByteBuffer content = content(input);

        assertThat(parsed(content, piece(input))).isEqualTo(parsed(content, Math.max(1, content.remaining())));
    }

    /** Same events and same failure for every split; a failure is of a type that callers know. */
    @FuzzTest(maxDuration = "10m")
    void generation(byte[] input) {
        ByteBuffer content = content(input);

        assertThat(read(content, piece(input))).isEqualTo(read(content, Math.max(1, content.remaining())));
    }

    /** An error body of any bytes becomes a bounded message in one line. */
    @FuzzTest(maxDuration = "10m")
    void errorBody(byte[] input) {
        for (int status : new int[] {400, 401, 402, 403, 404, 422, 429, 500, 503}) {
            ServiceError error = ErrorDecoder.decode(input, 0, input.length, text -> text);
            NeuralBoxException failure = ServiceFailures.refusal(status, error, error.retryAfter(), "POST /", null)
                    .in(CallFacts.NONE);

            assertThat(failure.getMessage()).hasSizeLessThan(LONGEST_MESSAGE).doesNotContainPattern("\\p{Cntrl}");
        }
    }

    /** Whatever the field holds, the wait is none or bounded. */
    @FuzzTest(maxDuration = "10m")
    void retryAfter(byte[] input) {
        String[] fields = new String(input, StandardCharsets.ISO_8859_1).split("\n", 2);
        Duration wait = RetryAfter.of(fields[0], fields.length > 1 ? fields[1] : null, NOW);

        if (wait != null) {
            assertThat(wait).isBetween(Duration.ZERO, LONGEST_WAIT);
        }
    }

    /** A base URI is refused, or the endpoint lies on the host that it names. */
    @FuzzTest(maxDuration = "10m")
    void baseUri(byte[] input) {
        URI base;
        URI endpoint;
        try {
            base = URI.create(new String(input, StandardCharsets.UTF_8));
            endpoint = Endpoint.generate(base, true);
        } catch (IllegalArgumentException refused) {
            return;
        }
        assertThat(endpoint.getHost()).isEqualTo(base.getHost());
        assertThat(endpoint.getPort()).isEqualTo(base.getPort());
        assertThat(endpoint.getRawPath()).endsWith("/api/v2/generate");
        assertThat(endpoint.getRawUserInfo()).isNull();
        assertThat(endpoint.getRawQuery()).isNull();
        assertThat(endpoint.getRawFragment()).isNull();
    }

    /** Whatever a slug or an id holds, it is refused, or it is one segment below the host of the service. */
    @FuzzTest(maxDuration = "10m")
    void pathSegment(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        if (!Endpoint.isSegment(text)) {
            return;
        }
        URI endpoint = Endpoint.resource(Endpoint.generate(Endpoint.SERVICE, false), "models", text);

        assertThat(endpoint.getHost()).isEqualTo(Endpoint.SERVICE.getHost());
        assertThat(endpoint.getRawPath()).matches("/api/v2/models/[A-Za-z0-9._*%-]+");
        assertThat(endpoint.getPath()).isEqualTo("/api/v2/models/" + text);
        assertThat(endpoint.normalize()).isEqualTo(endpoint);
        assertThat(endpoint.getRawUserInfo()).isNull();
        assertThat(endpoint.getRawQuery()).isNull();
        assertThat(endpoint.getRawFragment()).isNull();
    }

    private static List<String> parsed(ByteBuffer content, int piece) {
        List<String> seen = new ArrayList<>();
        EventStreamParser parser = new EventStreamParser(LINE, EVENT);
        try {
            for (ByteBuffer one : pieces(content, piece)) {
                parser.parse(
                        one,
                        (type, data, offset, length, id) -> seen.add(
                                type + "|" + id + "|" + new String(data, offset, length, StandardCharsets.ISO_8859_1)));
            }
        } catch (EventStreamLimitException e) {
            seen.add("limit");
        }
        return seen;
    }

    private static List<String> read(ByteBuffer content, int piece) {
        List<String> seen = new ArrayList<>();
        Limits limits = Limits.builder().lineBytes(LINE).eventBytes(EVENT).build();
        EventReader reader =
                new EventReader(limits, new KeptText(limits.keptText()), ListenerFence.NOBODY, text -> text);
        // Now and then the taker wants no more for the moment, which must not change what comes.
        reader.handTo(event -> seen.add(String.valueOf(event)) && seen.size() % 3 != 0);
        for (ByteBuffer one : pieces(content, piece)) {
            boolean usedUp = reader.read(one, 0);
            while (!usedUp) {
                usedUp = reader.handOn();
            }
        }
        Failure failure = reader.failure();
        seen.add(failure == null ? "over: " + reader.over() : String.valueOf(failure.in(CallFacts.NONE)));
        return seen;
    }

    private static int piece(byte[] input) {
        return input.length == 0 ? 1 : 1 + (input[0] & 0xff) % 16;
    }

    private static ByteBuffer content(byte[] input) {
        return ByteBuffer.wrap(input, Math.min(1, input.length), Math.max(0, input.length - 1))
                .slice();
    }

    private static List<ByteBuffer> pieces(ByteBuffer content, int length) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int from = 0; from < content.remaining(); from += length) {
            pieces.add(content.slice(from, Math.min(length, content.remaining() - from)));
        }
        return pieces;
    }
}
