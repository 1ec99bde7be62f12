package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;

/** The threads on which signals come. */
class ExecutorTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "mine"));

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void signalsComeOnTheThreadThatBringsThem() {
        transport.client(clock).build().publish(REQUEST).subscribe(subscriber);
        transport.call(0).story();
        assertThat(subscriber.threads).hasSize(4).containsOnly(Thread.currentThread());
    }

    @Test
    void executorCarriesEverySignal() throws Exception {
        transport.client(clock).executor(executor).build().publish(REQUEST).subscribe(subscriber);
        transport.awaitCall().story();
        subscriber.awaitEnd();
        assertThat(subscriber.threads)
                .hasSize(4)
                .allSatisfy(thread -> assertThat(thread.getName()).isEqualTo("mine"));
    }

    @Test
    void executorCarriesTheSignalsOfATransportThatIsAtOnceDone() throws Exception {
        transport.next(StubTransport.StubCall::story);
        transport.client(clock).executor(executor).build().publish(REQUEST).subscribe(subscriber);
        subscriber.awaitEnd();
        assertThat(subscriber.threads)
                .hasSize(4)
                .allSatisfy(thread -> assertThat(thread.getName()).isEqualTo("mine"));
    }

    @Test
    void executorSettlesTheFuture() throws Exception {
        transport.next(StubTransport.StubCall::story);
        CompletableFuture<Thread> settler = new CompletableFuture<>();
        Executor late = task -> executor.execute(task);
        // The story is told before the future has a dependent, so the first turn waits for the dependent.
        CompletableFuture<Void> gate = new CompletableFuture<>();
        executor.execute(gate::join);
        var unused = transport
                .client(clock)
                .executor(late)
                .build()
                .generateAsync(REQUEST)
                .thenAccept(generation -> settler.complete(Thread.currentThread()));
        gate.complete(null);
        assertThat(settler.get(20, TimeUnit.SECONDS).getName()).isEqualTo("mine");
    }

    @Test
    void generateDoesNotNeedTheExecutorItMayBeRunningOn() throws Exception {
        transport.next(StubTransport.StubCall::story);
        NeuralBox client = transport.client(clock).executor(executor).build();
        assertThat(executor.submit(() -> client.generate(REQUEST))
                        .get(20, TimeUnit.SECONDS)
                        .text())
                .isEqualTo("Once");
    }

    @Test
    void executorThatRefusesIsDoneWithout() {
        Executor refusing = task -> {
            throw new RejectedExecutionException("full");
        };
        try (LogCapture log = LogCapture.start()) {
            transport.client(clock).executor(refusing).build().publish(REQUEST).subscribe(subscriber);
            transport.call(0).story();
            assertThat(subscriber.completed()).isTrue();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("executor"))
                    .containsExactly("WARNING the client's executor refused work, or dropped it; the work runs on the"
                            + " client's own threads");
        }
    }

    /** As those of Jakarta Concurrency, whose life cycle belongs to the container. */
    @Test
    void executorThatMustNotBeAskedAboutItsLifeCarriesEverySignal() {
        Queue<Runnable> queue = new ArrayDeque<>();
        ExecutorService managed = new AbstractExecutorService() {
            @Override
            public void execute(Runnable task) {
                queue.add(task);
            }

            @Override
            public boolean isShutdown() {
                throw new IllegalStateException("Lifecycle operation not supported");
            }

            @Override
            public boolean isTerminated() {
                throw new IllegalStateException("Lifecycle operation not supported");
            }

            @Override
            public void shutdown() {
                throw new IllegalStateException("Lifecycle operation not supported");
            }

            @Override
            public List<Runnable> shutdownNow() {
                throw new IllegalStateException("Lifecycle operation not supported");
            }

            @Override
            public boolean awaitTermination(long timeout, TimeUnit unit) {
                throw new IllegalStateException("Lifecycle operation not supported");
            }
        };
        transport.client(clock).executor(managed).build().publish(REQUEST).subscribe(subscriber);
        runAll(queue);
        transport.call(0).stream().start().delta("a").end().done().finish();
        clock.advance(Duration.ofSeconds(20));
        runAll(queue);
        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.call(0).cancels()).isZero();
    }

    /** A pool that discards what it cannot take, behind a lambda. */
    @Test
    void lookUpWhoseExecutorDropsItEndsAfterTheClose() {
        NeuralBox client = transport.client(clock).executor(task -> {}).build();
        CompletableFuture<GenerationAnswer> answer = client.generationAsync("gen_1");
        CompletableFuture<GenerationAnswer> polled = client.awaitAsync(GenerationAnswer.Pending.of("gen_1"));
        CompletableFuture<Balance> balance = client.account().balanceAsync();
        client.close();
        clock.advance(Duration.ofSeconds(10));
        assertThat(List.of(answer, polled, balance)).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(clock.pending()).isZero();
    }

    private static void runAll(Queue<Runnable> queue) {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    @Test
    @Logs("the client's executor refused work")
    void executorThatFailsWithAnErrorIsDoneWithout() {
        Executor exhausted = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        transport.client(clock).executor(exhausted).build().publish(REQUEST).subscribe(subscriber);
        transport.call(0).story();
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void executorThatRunsAtOnceIsNoDifferentFromNone() {
        transport.client(clock).executor(Runnable::run).build().publish(REQUEST).subscribe(subscriber);
        transport.call(0).story();
        assertThat(subscriber.completed()).isTrue();
    }

    /** An executor whose only thread is busy until it is stopped, so that it drops what it has taken. */
    private static final class Busy {

        private final ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());

        Busy() {
            pool.execute(() -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** The two orders in which an application may shut down, for a generation and for a lookup. */
    @Test
    void executorThatIsStoppedAtTheCloseLosesNoFuture() throws Exception {
        List<CompletableFuture<?>> futures = new ArrayList<>();
        for (boolean closeFirst : List.of(true, false)) {
            ThreadPoolExecutor busy = new Busy().pool;
            StubTransport service = new StubTransport();
            NeuralBox client = NeuralBox.builder()
                    .apiKey("nb_test")
                    .baseUri(URI.create("http://localhost"))
                    .transport(service)
                    .executor(busy)
                    .build();
            futures.add(client.generateAsync(REQUEST));
            service.awaitCall().stream().start();
            futures.add(client.generationAsync("gen_1"));
            service.awaitCall().json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"Once\"}");
            if (closeFirst) {
                client.close();
                busy.shutdownNow();
            } else {
                busy.shutdownNow();
                client.close();
            }
        }

        for (CompletableFuture<?> future : futures) {
            assertThat(future.handle((value, error) -> "ended").get(20, TimeUnit.SECONDS))
                    .isEqualTo("ended");
        }
    }
}
