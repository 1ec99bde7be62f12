package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import top.neuralbox.GenerationEvent;

/** A relay whose events, demand and timers come from threads of their own. */
class StreamRelayThreadsTest {

    private static final int DELTAS = 2_000;

    private final ExecutorService publishing = Executors.newSingleThreadExecutor();
    private final ExecutorService asking = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        publishing.shutdownNow();
        asking.shutdownNow();
    }

    @RepeatedTest(20)
    void everyEventArrivesOnceAndInOrder() throws Exception {
        try (SubmissionPublisher<GenerationEvent> events = new SubmissionPublisher<>(publishing, 16)) {
            CompletableFuture<String> text = new CompletableFuture<>();
            StreamRelay relay = StreamRelay.builder(events)
                    .keepAlive(Duration.ofNanos(1_000))
                    .build();
            relay.body().subscribe(new OneByOne(asking, text));
            for (int i = 0; i < DELTAS; i++) {
                events.submit(new GenerationEvent.Delta(i + " "));
            }
            events.close();

            assertThat(numbers(text.get(30, TimeUnit.SECONDS)))
                    .isEqualTo(numbersTo(DELTAS))
                    .hasSize(DELTAS);
        }
    }

    private static List<Integer> numbers(String written) {
        return written.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> Integer.valueOf(line.replaceAll(".*\"delta\": \"(\\d+) \".*", "$1")))
                .toList();
    }

    private static List<Integer> numbersTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Asks for each buffer on another thread than the one that brought the last. */
    private static final class OneByOne implements Flow.Subscriber<ByteBuffer> {

        private final ExecutorService asking;
        private final CompletableFuture<String> text;
        private final StringBuilder written = new StringBuilder();
        private Flow.Subscription subscription;

        OneByOne(ExecutorService asking, CompletableFuture<String> text) {
            this.asking = asking;
            this.text = text;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            asking.execute(() -> subscription.request(1));
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            written.append(StandardCharsets.UTF_8.decode(buffer));
            asking.execute(() -> subscription.request(1));
        }

        @Override
        public void onError(Throwable error) {
            text.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            text.complete(written.toString());
        }
    }
}
