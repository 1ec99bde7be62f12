package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.CallbackThreads;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.concurrent.TimerThread;
import top.neuralbox.logs.Logs;

/** What callbacks find of the thread that made the call. */
class CallContextTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CallContext context = () -> {
        String user = USER.get();
        return () -> {
            String before = USER.get();
            USER.set(user);
            return () -> USER.set(before);
        };
    };

    @AfterEach
    void stop() {
        USER.remove();
        executor.shutdownNow();
    }

    @Test
    void subscriberAndListenerFindIt() {
        NeuralBox client = client().listener(info -> outcome -> told.add("listener " + USER.get()))
                .build();
        USER.set("alice");
        subscribe(client);
        USER.set("bob");

        transport.call(0).story();

        assertThat(told)
                .containsOnly("event alice", "listener alice", "end alice")
                .hasSize(5);
        assertThat(USER.get()).isEqualTo("bob");
    }

    @Test
    void subscriberOnAnExecutorFindsIt() throws Exception {
        NeuralBox client = client().executor(executor).build();
        USER.set("alice");
        subscribe(client);
        USER.remove();

        transport.call(0).story();

        executor.submit(() -> told.add("then " + USER.get())).get(20, TimeUnit.SECONDS);
        assertThat(told).contains("event alice", "end alice").endsWith("then null");
    }

    @Test
    void stageOfAFutureFindsIt() throws Exception {
        NeuralBox client = client().callbacks(new CallbackThreads("test", new TimerThread("test")))
                .build();
        USER.set("alice");
        CompletableFuture<String> found =
                client.generateAsync(REQUEST).thenApply(generation -> String.valueOf(USER.get()));
        USER.remove();

        transport.call(0).story();

        assertThat(found.get(20, TimeUnit.SECONDS)).isEqualTo("alice");
    }

    @Test
    void contextThatThrowsIsDoneWithout() {
        try (LogCapture log = LogCapture.start()) {
            NeuralBox client = client().context(() -> {
                        throw new NoClassDefFoundError("thrown by a test");
                    })
                    .build();
            subscribe(client);
            transport.call(0).story();
            assertThat(log.lines()).anyMatch(line -> line.contains("a CallContext threw"));
        }
        assertThat(told).containsOnly("event null", "end null");
    }

    @Test
    @Logs("a CallContext threw")
    void snapshotThatThrowsIsDoneWithout() {
        NeuralBox client = client().context(() -> () -> {
                    throw new IllegalStateException("thrown by a test");
                })
                .build();
        subscribe(client);
        transport.call(0).story();
        assertThat(told).containsOnly("event null", "end null");
    }

    private NeuralBox.Builder client() {
        return transport.client(clock).context(context);
    }

    private void subscribe(NeuralBox client) {
        client.publish(REQUEST).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(GenerationEvent event) {
                told.add("event " + USER.get());
            }

            @Override
            public void onError(Throwable error) {
                told.add("error " + USER.get());
            }

            @Override
            public void onComplete() {
                told.add("end " + USER.get());
            }
        });
    }
}
