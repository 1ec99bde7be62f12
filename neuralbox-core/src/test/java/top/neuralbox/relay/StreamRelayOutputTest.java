package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationEvent;

/** The blocking form of a relay. */
class StreamRelayOutputTest {

    private final List<String> calls = new ArrayList<>();
    private int cancels;

    @Test
    void eachEventIsOneWriteAndOneFlush() throws IOException {
        StreamRelay.builder(twoDeltasThenEnd()).callbacks(Runnable::run).build().writeTo(recording());

        assertThat(calls)
                .containsExactly(
                        "data: {\"type\": \"content_delta\", \"delta\": \"a\"}\n\n", "flush",
                        "data: {\"type\": \"content_delta\", \"delta\": \"b\"}\n\n", "flush",
                        "data: {\"type\": \"generation_end\", \"id\": \"gen_1\"}\n\n", "flush",
                        "data: [DONE]\n\n", "flush");
        assertThat(cancels).isZero();
    }

    @Test
    void aStreamThatFailsCancelsTheGeneration() {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };

        assertThatThrownBy(() -> StreamRelay.builder(twoDeltasThenEnd())
                        .callbacks(Runnable::run)
                        .build()
                        .writeTo(gone))
                .isInstanceOf(IOException.class)
                .hasMessage("Broken pipe");
        assertThat(cancels).isEqualTo(1);
    }

    @Test
    void anInterruptedThreadCancelsTheGenerationAndStaysInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> StreamRelay.builder(silent())
                        .callbacks(Runnable::run)
                        .build()
                        .writeTo(new ByteArrayOutputStream()))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(cancels).isEqualTo(1);
    }

    @Test
    void cancelledMeanwhileItThrows() {
        StreamRelay relay =
                StreamRelay.builder(twoDeltasThenEnd()).callbacks(Runnable::run).build();
        OutputStream cancelling = new OutputStream() {
            @Override
            public void write(int b) {
                relay.cancel();
            }
        };

        assertThatThrownBy(() -> relay.writeTo(cancelling)).isInstanceOf(CancellationException.class);
        assertThat(cancels).isEqualTo(1);
    }

    @Test
    void aSecondReaderIsRefused() throws IOException {
        StreamRelay relay =
                StreamRelay.builder(twoDeltasThenEnd()).callbacks(Runnable::run).build();
        relay.writeTo(new ByteArrayOutputStream());

        assertThatThrownBy(() -> relay.writeTo(new ByteArrayOutputStream())).isInstanceOf(IllegalStateException.class);
    }

    /** Publishes to demand, on the thread that asks. */
    private Flow.Publisher<GenerationEvent> twoDeltasThenEnd() {
        return events(new GenerationEvent.Delta("a"), new GenerationEvent.Delta("b"), StubEvents.END);
    }

    private Flow.Publisher<GenerationEvent> silent() {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                cancels++;
            }
        });
    }

    private Flow.Publisher<GenerationEvent> events(GenerationEvent... events) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private int next;

            @Override
            public void request(long n) {
                for (long i = 0; i < n && next < events.length; i++) {
                    subscriber.onNext(events[next++]);
                    if (next == events.length) {
                        subscriber.onComplete();
                    }
                }
            }

            @Override
            public void cancel() {
                cancels++;
            }
        });
    }

    private OutputStream recording() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                calls.add("one byte");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                calls.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
            }

            @Override
            public void flush() {
                calls.add("flush");
            }
        };
    }
}
