package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.StubTransport;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;

/** A relay for which no thread can be made, or no memory is left: it gives its turn back, and ends once. */
@Logs("a relay failed; its generation is cancelled")
class StreamRelayShortageTest {

    private final StubTransport transport = new StubTransport();

    /** How many more times there is no thread, or no memory. */
    private final AtomicInteger shortages = new AtomicInteger();

    @Test
    void headThatNoTimerWatchesIsAFailure() throws Exception {
        StreamRelay relay = relay().headWithin(Duration.ofSeconds(1)).build();
        shortages.set(1);

        assertThat(relay.head().get(20, TimeUnit.SECONDS).status()).isEqualTo(500);
        BodyReader reader = BodyReader.of(relay).all();
        assertThat(reader.writes).singleElement().asString().contains("internal_error");
        assertThat(reader.completed).isTrue();
        assertThat(transport.calls).as("calls that were sent").isEmpty();
    }

    @Test
    void bodyThatNoTimerKeepsAliveEndsWithAFailure() {
        StreamRelay relay = relay().build();
        BodyReader reader = BodyReader.of(relay);
        shortages.set(1);
        reader.all();

        transport.call(0).stream().start();

        assertThat(reader.completed).isTrue();
        assertThat(String.join("", reader.writes)).contains("internal_error").endsWith("data: [DONE]\n\n");
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void headIsHandedOverAgain() throws Exception {
        StreamRelay relay = relay().callbacks(this::runIfThereIsMemory).build();
        CompletableFuture<StreamRelay.Head> head = relay.head();
        shortages.set(2);

        transport.call(0).stream().start();

        assertThat(head.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    void relayThatBreaksIsBrokenAgain() {
        AtomicInteger cancels = new AtomicInteger();
        StreamRelay relay = StreamRelay.builder(subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long n) {
                        shortages.set(2);
                        throw new IllegalStateException("scripted");
                    }

                    @Override
                    public void cancel() {
                        allocate();
                        cancels.incrementAndGet();
                    }
                }))
                .callbacks(Runnable::run)
                .build();
        BodyReader reader = BodyReader.of(relay).all();

        assertThat(cancels).hasValue(1);
        assertThat(reader.completed ^ reader.error != null).as("one end").isTrue();
    }

    private StreamRelay.Builder relay() {
        NeuralBox client = transport.client(new ManualDelayer()).build();
        return StreamRelay.builder(client.publish(GenerationRequest.of("gpt-5", "hello")))
                .callbacks(Runnable::run)
                .delayer(new Delayer() {
                    private final Delayer clock = new ManualDelayer();

                    @Override
                    public long nanoTime() {
                        return clock.nanoTime();
                    }

                    @Override
                    public Instant now() {
                        return clock.now();
                    }

                    @Override
                    public Cancellable after(long nanos, Runnable task) {
                        allocate();
                        return clock.after(nanos, task);
                    }
                });
    }

    private void runIfThereIsMemory(Runnable task) {
        allocate();
        task.run();
    }

    private void allocate() {
        if (shortages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }
}
