package top.neuralbox.benchmarks.decode;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.OpenedDecoder;
import top.neuralbox.benchmarks.DeltaSink;
import top.neuralbox.benchmarks.Recording;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamParser;
import top.neuralbox.sse.EventStreamWriter;

/** What this project offers. */
final class Ours {

    private Ours() {}

    static Decoding decoder(Recording recording, int chunkBytes) {
        List<ByteBuffer> chunks = buffers(recording, chunkBytes);
        return sink -> readAll(OpenedDecoder.of(deltasTo(sink)), chunks);
    }

    static Decoding withoutFastPath(Recording recording, int chunkBytes) {
        List<ByteBuffer> chunks = buffers(recording, chunkBytes);
        return sink -> readAll(OpenedDecoder.withoutFastPath(deltasTo(sink)), chunks);
    }

    static Decoding call(Recording recording, int chunkBytes) {
        return call(recording, chunkBytes, 0);
    }

    static Decoding callWithKeptText(Recording recording, int chunkBytes) {
        return call(recording, chunkBytes, 1024 * 1024);
    }

    static Decoding relay(Recording recording, int chunkBytes) {
        List<ByteBuffer> chunks = buffers(recording, chunkBytes);
        EventStreamWriter writer = new EventStreamWriter();
        OutputStream nowhere = OutputStream.nullOutputStream();
        EventStreamHandler relay = (type, data, offset, length, id) -> {
            writer.data(data, offset, length).dispatch();
        };
        return sink -> {
            EventStreamParser parser = new EventStreamParser();
            for (ByteBuffer chunk : rewound(chunks)) {
                parser.parse(chunk, relay);
                writer.drainTo(nowhere);
            }
        };
    }

    private static Decoding call(Recording recording, int chunkBytes, int keptText) {
        List<ByteBuffer> chunks = buffers(recording, chunkBytes);
        return sink -> OpenedDecoder.readAsCall(rewound(chunks), keptText, deltasTo(sink));
    }

    private static void readAll(OpenedDecoder decoder, List<ByteBuffer> chunks) {
        for (ByteBuffer chunk : rewound(chunks)) {
            decoder.read(chunk);
        }
        if (!decoder.done()) {
            throw new IllegalStateException("[DONE] did not come");
        }
    }

    private static List<ByteBuffer> buffers(Recording recording, int chunkBytes) {
        return recording.chunks(chunkBytes).stream().map(ByteBuffer::wrap).toList();
    }

    /** The buffers are the transport's to make; they are used again here. */
    private static List<ByteBuffer> rewound(List<ByteBuffer> chunks) {
        chunks.forEach(ByteBuffer::rewind);
        return chunks;
    }

    private static Consumer<GenerationEvent> deltasTo(DeltaSink sink) {
        return event -> {
            if (event instanceof GenerationEvent.Delta delta) {
                sink.delta(delta.text());
            }
        };
    }
}
