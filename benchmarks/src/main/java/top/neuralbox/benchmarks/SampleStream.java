package top.neuralbox.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A stream as the service sends it, the same in every run.
 *
 * @param events each event with the blank line that ends it
 * @param deltas how many of them are deltas
 * @param text what the deltas say together
 */
public record SampleStream(List<byte[]> events, int deltas, String text) {

    private static final long SEED = 20_261_122;
    private static final String DATA = "data: ";
    private static final String BLANK = "\n\n";

    /** A generation in the shape of the wire contract, with the spaces of Python's {@code json.dumps}. */
    public static SampleStream of(Mix mix, int deltas) {
        return of(
                mix,
                deltas,
                "{\"type\": \"generation_start\", \"id\": \"gen_01j9x2abc123\", \"model\": \"gpt-5\"}",
                "{\"type\": \"content_delta\", \"delta\": \"",
                "\"}",
                "{\"type\": \"generation_end\", \"id\": \"gen_01j9x2abc123\", \"tokens_used\": 3, \"balance_remaining\": 297}");
    }

    /** The same deltas in the shape of Chat Completions, for a client that reads nothing else. */
    public static SampleStream chat(Mix mix, int deltas) {
        String head = "{\"id\":\"chatcmpl-01j9x2abc123\",\"object\":\"chat.completion.chunk\",\"created\":1763800000,"
                + "\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"delta\":{";
        return of(
                mix,
                deltas,
                head + "\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}",
                head + "\"content\":\"",
                "\"},\"finish_reason\":null}]}",
                head + "},\"finish_reason\":\"stop\"}]}");
    }

    private static SampleStream of(Mix mix, int deltas, String start, String head, String tail, String end) {
        Random random = new Random(SEED);
        List<byte[]> events = new ArrayList<>(deltas + 3);
        events.add((DATA + start + BLANK).getBytes(StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < deltas; i++) {
            String text = mix.text(random);
            all.append(text);
            events.add(mix.event(DATA + head, text, tail + BLANK));
        }
        events.add((DATA + end + BLANK).getBytes(StandardCharsets.UTF_8));
        events.add((DATA + "[DONE]" + BLANK).getBytes(StandardCharsets.UTF_8));
        return new SampleStream(events, deltas, all.toString());
    }

    /** How many UTF-16 units the deltas have. */
    public long chars() {
        return text.length();
    }

    /** The stream. */
    public byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        events.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** The stream in chunks of this size, wherever they cut. */
    public List<byte[]> chunks(int size) {
        byte[] all = bytes();
        List<byte[]> chunks = new ArrayList<>();
        for (int at = 0; at < all.length; at += size) {
            chunks.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
        }
        return chunks;
    }

    /** The JSON of each event, found beforehand. */
    public List<byte[]> payloads() {
        return events.stream()
                .map(event -> Arrays.copyOfRange(event, DATA.length(), event.length - BLANK.length()))
                .filter(payload -> payload[0] == '{')
                .toList();
    }
}
