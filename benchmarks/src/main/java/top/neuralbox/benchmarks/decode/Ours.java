package top.neuralbox.benchmarks.decode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.OpenedDecoder;
import top.neuralbox.benchmarks.DeltaSink;
import top.neuralbox.benchmarks.SampleStream;
import top.neuralbox.relay.OpenedRelay;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamParser;
import top.neuralbox.sse.EventStreamWriter;

/** What this project offers. */
final class Ours {

    private Ours() {}

    static Decoding decoder(SampleStream sample, int chunkBytes) {
        List<ByteBuffer> chunks = buffers(sample, chunkBytes);
        return sink -> readAll(OpenedDecoder.of(deltasTo(sink)), chunks);
    }

    static Decoding withoutFastPath(SampleStream sample, int chunkBytes) {
        List<ByteBuffer> chunks = buffers(sample, chunkBytes);
        return sink -> readAll(OpenedDecoder.withoutFastPath(deltasTo(sink)), chunks);
    }

    static Decoding call(SampleStream sample, int chunkBytes) {
        return call(sample, chunkBytes, 0);
    }

    static Decoding callWithKeptText(SampleStream sample, int chunkBytes) {
        return call(sample, chunkBytes, 1024 * 1024);
    }

    static Decoding relay(SampleStream sample, int chunkBytes) throws IOException {
        List<ByteBuffer> chunks = buffers(sample, chunkBytes);
        EventStreamWriter writer = new EventStreamWriter();
        OutputStream nowhere = OutputStream.nullOutputStream();
        EventStreamHandler relay = (type, data, offset, length, id) -> {
            writer.data(data, offset, length).dispatch();
        };
        ByteArrayOutputStream relayed = new ByteArrayOutputStream();
        relay(chunks, relay, writer, relayed);
        requireText(sample, List.of(ByteBuffer.wrap(relayed.toByteArray())));
        return sink -> relay(chunks, relay, writer, nowhere);
    }

    private static void relay(
            List<ByteBuffer> chunks, EventStreamHandler relay, EventStreamWriter writer, OutputStream target)
            throws IOException {
        EventStreamParser parser = new EventStreamParser();
        for (ByteBuffer chunk : rewound(chunks)) {
            parser.parse(chunk, relay);
            writer.drainTo(target);
        }
    }

    static Decoding streamRelay(SampleStream sample, int chunkBytes) {
        List<GenerationEvent> events = new ArrayList<>();
        OpenedDecoder decoder = OpenedDecoder.of(events::add);
        buffers(sample, chunkBytes).forEach(decoder::read);
        List<ByteBuffer> relayed = new ArrayList<>();
        OpenedRelay.onThisThread(new Replay(events)).body().subscribe(new Reader(relayed::add));
        requireText(sample, relayed);
        return sink -> {
            Reader reader = new Reader(buffer -> {});
            OpenedRelay.onThisThread(new Replay(events)).body().subscribe(reader);
            if (reader.buffers <= events.size()) {
                throw new IllegalStateException(reader.buffers + " buffers of " + events.size() + " events");
            }
        };
    }

    /** A relay yields bytes, so its text is looked at once, before it is measured. */
    private static void requireText(SampleStream sample, List<ByteBuffer> relayed) {
        StringBuilder text = new StringBuilder();
        readAll(OpenedDecoder.of(deltasTo(text::append)), relayed);
        if (!text.toString().equals(sample.text())) {
            throw new IllegalStateException("the relayed text differs");
        }
    }

    private static Decoding call(SampleStream sample, int chunkBytes, int keptText) {
        List<ByteBuffer> chunks = buffers(sample, chunkBytes);
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

    private static List<ByteBuffer> buffers(SampleStream sample, int chunkBytes) {
        return sample.chunks(chunkBytes).stream().map(ByteBuffer::wrap).toList();
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

    /** Publishes events on the thread that asks for them. */
    private record Replay(List<GenerationEvent> events) implements Flow.Publisher<GenerationEvent> {

        @Override
        public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                private long wanted;
                private int next;

                @Override
                public void request(long n) {
                    wanted += n;
                    if (wanted > n) {
                        // From within onNext: the loop below goes on.
                        return;
                    }
                    while (wanted > 0 && next < events.size()) {
                        subscriber.onNext(events.get(next++));
                        wanted--;
                    }
                    if (next == events.size()) {
                        next++;
                        subscriber.onComplete();
                    }
                }

                @Override
                public void cancel() {
                    wanted = 0;
                }
            });
        }
    }

    /** Takes every buffer at once. */
    private static final class Reader implements Flow.Subscriber<ByteBuffer> {

        private final Consumer<ByteBuffer> taker;
        private int buffers;

        Reader(Consumer<ByteBuffer> taker) {
            this.taker = taker;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            buffers++;
            taker.accept(buffer);
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {}
    }
}
