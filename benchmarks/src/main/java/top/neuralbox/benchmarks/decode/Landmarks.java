package top.neuralbox.benchmarks.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.nio.charset.StandardCharsets;
import java.util.List;
import top.neuralbox.GenerationEvent;
import top.neuralbox.benchmarks.SampleStream;

/** What part of the work costs by itself, to see what a decoder adds to it. */
final class Landmarks {

    private Landmarks() {}

    static Decoding jackson(SampleStream sample, int chunkBytes) {
        JsonFactory factory = new JsonFactory();
        List<byte[]> payloads = sample.payloads();
        return sink -> {
            for (byte[] payload : payloads) {
                String type = null;
                String text = null;
                try (JsonParser parser = factory.createParser(payload, 0, payload.length)) {
                    parser.nextToken();
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String name = parser.currentName();
                        parser.nextToken();
                        switch (name) {
                            case "type" -> type = parser.getText();
                            case "delta" -> text = parser.getText();
                            default -> parser.skipChildren();
                        }
                    }
                }
                if (text != null && "content_delta".equals(type)) {
                    sink.delta(new GenerationEvent.Delta(text).text());
                }
            }
        };
    }

    /** Only what is ASCII comes out right, so it stands in for the usual mix alone. */
    static Decoding strings(SampleStream sample, int chunkBytes) {
        byte[] bytes = sample.bytes();
        byte[] head = "data: {\"type\": \"content_delta\", \"delta\": \"".getBytes(StandardCharsets.US_ASCII);
        int tail = "\"}\n\n".length();
        int[] lengths = sample.events().stream().mapToInt(event -> event.length).toArray();
        GenerationEvent.Delta[] last = new GenerationEvent.Delta[1];
        return sink -> {
            int at = lengths[0];
            for (int i = 1; i < lengths.length - 2; i++) {
                int size = lengths[i] - head.length - tail;
                String text = new String(bytes, at + head.length, size, StandardCharsets.ISO_8859_1);
                last[0] = new GenerationEvent.Delta(text);
                sink.delta(last[0].text());
                at += lengths[i];
            }
        };
    }

    static Decoding scan(SampleStream sample, int chunkBytes) {
        List<byte[]> chunks = sample.chunks(chunkBytes);
        int lines = 2 * sample.events().size();
        return sink -> {
            int found = 0;
            for (byte[] chunk : chunks) {
                for (byte b : chunk) {
                    if (b == '\n') {
                        found++;
                    }
                }
            }
            if (found != lines) {
                throw new IllegalStateException("not all lines were found: " + found);
            }
        };
    }
}
