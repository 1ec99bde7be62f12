package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.json.MalformedJsonException;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamParser;

/** An event costs on its way to the caller what it costs to decode, and nothing more. */
class CallAllocationTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final int EVENTS_A_CHUNK = 200;
    private static final int CHUNKS = 50;
    private static final int ROUNDS = 15;
    /** The stub's own queue takes less than one byte an event; the smallest object has sixteen. */
    private static final double NOTHING = 2;

    private static final byte[] CHUNK = "data: {\"type\": \"content_delta\", \"delta\": \"word\"}\n\n"
            .repeat(EVENTS_A_CHUNK)
            .getBytes(StandardCharsets.UTF_8);

    private static final byte[] END =
            "data: {\"type\": \"generation_end\", \"id\": \"1\", \"tokens_used\": 1}\n\ndata: [DONE]\n\n"
                    .getBytes(StandardCharsets.UTF_8);

    /** Keeps what is decoded: an event that goes nowhere may be compiled away, with its 16 bytes. */
    private GenerationEvent latest;

    private final StubTransport transport = new StubTransport();
    private final NeuralBox client = transport
            .client(new ManualDelayer())
            .limits(Limits.builder().keptText(0).build())
            .build();
    private final List<GenerationStream> streams = new ArrayList<>();

    @AfterEach
    void close() {
        streams.forEach(GenerationStream::close);
    }

    @Test
    void subscriberCostsNothingAnEvent() {
        assertThat(bytesAnEvent(() -> {
                    client.publish(REQUEST).subscribe(new Ignoring());
                    return tell();
                }))
                .isLessThan(decoding() + NOTHING);
    }

    @Test
    void readerCostsNothingAnEvent() {
        assertThat(bytesAnEvent(() -> {
                    GenerationStream stream = client.stream(REQUEST);
                    streams.add(stream);
                    var events = stream.iterator();
                    StubTransport.StubCall call = transport.calls.remove(0).stream();
                    return chunk -> {
                        call.chunk(chunk);
                        for (int i = 0; i < EVENTS_A_CHUNK; i++) {
                            events.next();
                        }
                    };
                }))
                .isLessThan(decoding() + NOTHING);
    }

    @Test
    void endOfAStreamDoesNotCopyItsText() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            transport.client(new ManualDelayer()).build().publish(REQUEST).subscribe(new Ignoring());
            StubTransport.StubCall call = transport.calls.remove(0).stream();
            for (int i = 0; i < CHUNKS; i++) {
                call.chunk(ByteBuffer.wrap(CHUNK));
            }
            ByteBuffer end = ByteBuffer.wrap(END);
            long before = AllocatedBytes.soFar();
            call.chunk(end);
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        assertThat(least).isLessThan("word".length() * EVENTS_A_CHUNK * CHUNKS);
    }

    private double decoding() {
        return bytesAnEvent(() -> {
            EventStreamParser parser = new EventStreamParser(1 << 20, 1 << 20);
            EventDecoder decoder = new EventDecoder();
            EventStreamHandler handler = (type, data, offset, length, lastEventId) -> {
                try {
                    latest = decoder.decode(data, offset, length);
                } catch (MalformedJsonException e) {
                    throw new AssertionError(e);
                }
            };
            return chunk -> {
                while (chunk.hasRemaining()) {
                    parser.parse(chunk, handler);
                }
            };
        });
    }

    private Consumer<ByteBuffer> tell() {
        return transport.calls.remove(0).stream()::chunk;
    }

    private static double bytesAnEvent(Supplier<Consumer<ByteBuffer>> calls) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            Consumer<ByteBuffer> call = calls.get();
            call.accept(ByteBuffer.wrap(CHUNK));
            long before = AllocatedBytes.soFar();
            for (int i = 0; i < CHUNKS; i++) {
                call.accept(ByteBuffer.wrap(CHUNK));
            }
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        return (double) least / (CHUNKS * EVENTS_A_CHUNK);
    }

    private static final class Ignoring implements Flow.Subscriber<GenerationEvent> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(GenerationEvent event) {}

        @Override
        public void onError(Throwable error) {
            throw new AssertionError(error);
        }

        @Override
        public void onComplete() {}
    }
}
