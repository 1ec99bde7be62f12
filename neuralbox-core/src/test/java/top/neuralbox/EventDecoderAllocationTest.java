package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import top.neuralbox.json.MalformedJsonException;

class EventDecoderAllocationTest {

    private static final int EVENTS = 20_000;
    /** A Delta, its String and the String's array of eight bytes. */
    private static final long OF_EIGHT_LETTERS = 16 + 24 + 24;

    @Test
    void aUsualDeltaAllocatesItsTextAndItsEventOnly() {
        assertThat(bytesPerEvent(new EventDecoder(), "{\"type\": \"content_delta\", \"delta\": \"tokenise\"}"))
                .isLessThanOrEqualTo(OF_EIGHT_LETTERS);
    }

    @Test
    void aDeltaWithEscapesAllocatesItsTextAndItsEventOnly() {
        assertThat(bytesPerEvent(
                        new EventDecoder(), "{\"type\": \"content_delta\", \"delta\": \"\\\"t\\n\\u00e9is\\\\\"}"))
                .isLessThanOrEqualTo(OF_EIGHT_LETTERS);
    }

    @Test
    void theParserAllocatesNoMoreForADelta() {
        assertThat(bytesPerEvent(
                        EventDecoder.withoutFastPath(), "{\"type\": \"content_delta\", \"delta\": \"tokenise\"}"))
                .isLessThanOrEqualTo(OF_EIGHT_LETTERS + 8);
    }

    @Test
    void theParserAllocatesLittleForAMixOfDeltas() {
        assertThat(bytesPerEvent(
                        EventDecoder.withoutFastPath(),
                        "{\"type\": \"content_delta\", \"delta\": \" the\"}",
                        "{\"delta\":\"caf\\u00e9\",\"type\":\"content_delta\"}",
                        "{\"type\":\"content_delta\",\"index\":0,\"delta\":\"語\"}"))
                .isLessThanOrEqualTo(130);
    }

    @Test
    void aDeltaWithAnEscapedEmojiAllocatesNoMoreInALargeChunk() {
        assertThat(bytesInChunk("{\"type\":\"content_delta\",\"index\":0,\"delta\":\"\\ud83d\\ude00\"}"))
                .isLessThanOrEqualTo(250);
    }

    @Test
    void aNameWithASurrogateCopiesItsEventAndNotItsChunk() {
        assertThat(bytesInChunk("{\"type\":\"content_delta\",\"\\ud800\":0,\"delta\":\"x\"}"))
                .isLessThanOrEqualTo(400);
    }

    /** What one event allocates that lies in a chunk of 64 KiB. */
    private static long bytesInChunk(String event) {
        byte[] data = event.getBytes(StandardCharsets.UTF_8);
        byte[] chunk = new byte[64 * 1024];
        System.arraycopy(data, 0, chunk, 1_000, data.length);
        EventDecoder decoder = new EventDecoder();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = AllocatedBytes.soFar();
            for (int i = 0; i < 1_000; i++) {
                decode(decoder, chunk, 1_000, data.length);
            }
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        return least / 1_000;
    }

    /** The least of some rounds: a compiler or a profiler may allocate on this thread now and then, a decoder does always. */
    private static long bytesPerEvent(EventDecoder decoder, String... events) {
        List<byte[]> data =
                Stream.of(events).map(e -> e.getBytes(StandardCharsets.UTF_8)).toList();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = AllocatedBytes.soFar();
            decodeAll(decoder, data);
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        return least / EVENTS;
    }

    private static void decodeAll(EventDecoder decoder, List<byte[]> data) {
        for (int i = 0; i < EVENTS; i++) {
            byte[] event = data.get(i % data.size());
            decode(decoder, event, 0, event.length);
        }
    }

    private static void decode(EventDecoder decoder, byte[] data, int offset, int length) {
        try {
            decoder.decode(data, offset, length);
        } catch (MalformedJsonException e) {
            throw new AssertionError(e);
        }
    }
}
