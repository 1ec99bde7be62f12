package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.concurrent.TimerThread;

/** Many threads at once, with chunks that come from other threads than those that read: nothing lost, nothing twice. */
class ConcurrencyTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final int CALLERS = 8;
    private static final int ROUNDS = 50;
    private static final int WORDS = 200;

    private final ExecutorService loops = Executors.newFixedThreadPool(2);
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private final StubTransport transport = new StubTransport().always(call -> loops.execute(() -> tell(call)));
    private final NeuralBox client = transport
            .client(new ManualDelayer())
            .delayer(new TimerThread("test"))
            .build();

    @AfterEach
    void stop() {
        client.close();
        loops.shutdownNow();
        callers.shutdownNow();
    }

    @Test
    void streamsLoseAndRepeatNothing() throws Exception {
        everywhere(() -> {
            List<String> pieces = new ArrayList<>();
            client.stream(REQUEST).textDeltas().forEach(pieces::add);
            assertThat(pieces).isEqualTo(words());
        });
    }

    @Test
    void generationsLoseAndRepeatNothing() throws Exception {
        everywhere(() -> assertThat(client.generate(REQUEST).text()).isEqualTo(String.join("", words())));
    }

    @Test
    void futuresLoseAndRepeatNothing() throws Exception {
        everywhere(() -> assertThat(
                        client.generateAsync(REQUEST).get(20, TimeUnit.SECONDS).text())
                .isEqualTo(String.join("", words())));
    }

    @Test
    void subscribersThatAskFromAnotherThreadLoseAndRepeatNothing() throws Exception {
        everywhere(() -> {
            RecordingSubscriber subscriber = RecordingSubscriber.asking(0);
            client.publish(REQUEST).subscribe(subscriber);
            for (int i = 0; i < WORDS + 2; i++) {
                subscriber.request(1);
            }
            subscriber.awaitEnd();
            assertThat(subscriber.completed()).isTrue();
            assertThat(subscriber.events).hasSize(WORDS + 2);
        });
    }

    @Test
    void subscribersOnAnExecutorLoseAndRepeatNothing() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(3);
        try (NeuralBox moved = transport
                .client(new ManualDelayer())
                .delayer(new TimerThread("moved"))
                .executor(executor)
                .build()) {
            everywhere(() -> {
                RecordingSubscriber subscriber = RecordingSubscriber.asking(5);
                subscriber.onNext(event -> subscriber.request(1));
                moved.publish(REQUEST).subscribe(subscriber);
                subscriber.awaitEnd();
                assertThat(subscriber.completed()).isTrue();
                assertThat(subscriber.events).hasSize(WORDS + 2);
            });
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void closingTheClientEndsEveryCall() throws Exception {
        List<CompletableFuture<Generation>> results = new ArrayList<>();
        StubTransport silent = new StubTransport();
        NeuralBox closing = silent.client(new ManualDelayer()).build();
        Future<?> closer = null;
        for (int i = 0; i < 1_000; i++) {
            results.add(closing.generateAsync(REQUEST));
            if (i == 500) {
                closer = callers.submit(closing::close);
            }
        }
        closer.get(20, TimeUnit.SECONDS);
        assertThat(results).allSatisfy(result -> assertThat(result).isCompletedExceptionally());
    }

    private void everywhere(Task task) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            running.add(callers.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    task.run();
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    private static void tell(StubTransport.StubCall call) {
        call.stream().start();
        for (int i = 0; i < WORDS; i++) {
            call.delta("word " + i + " ");
        }
        call.end().done().finish();
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < WORDS; i++) {
            words.add("word " + i + " ");
        }
        return words;
    }

    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }
}
