package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.CallbackThreads;
import top.neuralbox.concurrent.DaemonThreads;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.concurrent.TimerThread;
import top.neuralbox.logs.Logs;

/** What becomes of callbacks when no thread can be made. */
@Logs("no thread could be created for a callback")
class CallbackThreadsTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final ManualDelayer timer = new ManualDelayer();
    private final CallbackThreads threads = new CallbackThreads("test", timer, factory -> failing(factory));
    private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
    private final CountDownLatch busy = new CountDownLatch(1);
    private volatile boolean exhausted;

    @AfterEach
    void end() {
        busy.countDown();
        threads.close();
    }

    @Test
    void taskWithoutAThreadIsRunByTheOneThatIsThere() throws Exception {
        threads.requireThread();
        exhausted = true;
        occupyTheThread();

        threads.execute(() -> ran.add(Thread.currentThread()));
        assertThat(ran).isEmpty();
        busy.countDown();

        assertThat(next().getName()).isEqualTo("neuralbox-callback-test");
    }

    @Test
    void threadIsMadeAsSoonAsOneCanBe() throws Exception {
        threads.requireThread();
        exhausted = true;
        occupyTheThread();
        threads.execute(() -> ran.add(Thread.currentThread()));

        timer.advance(Duration.ofMillis(100));
        assertThat(ran).isEmpty();
        exhausted = false;
        timer.advance(Duration.ofMillis(100));

        assertThat(next().getName()).startsWith("neuralbox-callback-test-");
    }

    @Test
    void afterASecondTheTimersThreadRunsIt() throws Exception {
        threads.requireThread();
        exhausted = true;
        occupyTheThread();
        threads.execute(() -> ran.add(Thread.currentThread()));

        timer.advance(Duration.ofSeconds(1));

        assertThat(next()).isEqualTo(Thread.currentThread());
        busy.countDown();
        threads.execute(() -> ran.add(Thread.currentThread()));
        assertThat(next()).isNotEqualTo(Thread.currentThread());
        assertThat(ran).as("run twice").isEmpty();
    }

    @Test
    void oneThreadStaysUntilTheClientIsClosed() throws Exception {
        AtomicReference<Thread> only = new AtomicReference<>();
        try (CallbackThreads own = new CallbackThreads("stays", timer, factory -> task -> {
            only.set(factory.newThread(task));
            return only.get();
        })) {
            own.requireThread();
            // Longer than a thread is kept that is not required.
            only.get().join(TimeUnit.SECONDS.toMillis(3));
            assertThat(only.get().isAlive()).isTrue();
        }
        only.get().join(TimeUnit.SECONDS.toMillis(20));
        assertThat(only.get().isAlive()).isFalse();
    }

    @Test
    void callThatFindsNoThreadIsNotSent() {
        exhausted = true;
        StubTransport transport = new StubTransport();
        CallbackThreads none = new CallbackThreads(
                "test", new TimerThread("test", factory -> failing(factory)), factory -> failing(factory));
        NeuralBox client = transport.client(timer).callbacks(none).build();

        assertThatThrownBy(() -> client.generate(REQUEST))
                .isInstanceOfSatisfying(ConnectionException.class, failure -> {
                    assertThat(failure).hasMessageContaining("no thread can be created");
                    assertThat(failure.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(failure.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
                });
        assertThat(transport.calls).isEmpty();
        assertThat(client.generateAsync(REQUEST)).isCompletedExceptionally();
    }

    @Test
    void timerThatHasNoThreadSchedulesNothing() {
        assertThatThrownBy(() -> {
                    try (TimerThread own = new TimerThread("test", factory -> failing(factory))) {
                        exhausted = true;
                        own.after(0, () -> ran.add(Thread.currentThread()));
                    }
                })
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(ran).isEmpty();
    }

    @Test
    void threadThatAnErrorEndsSeesToItsSuccessor() throws Exception {
        BlockingQueue<String> tries = new LinkedBlockingQueue<>();
        DaemonThreads factory = new DaemonThreads("test-ends", true, () -> {
            tries.add("try");
            if (tries.size() < 3) {
                throw new OutOfMemoryError("thrown by a test");
            }
        });
        Thread thread = factory.newThread(() -> {
            throw new OutOfMemoryError("thrown by a test");
        });

        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(20));

        assertThat(tries).hasSize(3);
        assertThat(thread.isAlive()).isFalse();
    }

    private ThreadFactory failing(ThreadFactory factory) {
        return task -> {
            if (exhausted) {
                throw new OutOfMemoryError("unable to create native thread: thrown by a test");
            }
            return factory.newThread(task);
        };
    }

    /** Until the latch is open. */
    private void occupyTheThread() throws InterruptedException {
        CountDownLatch there = new CountDownLatch(1);
        threads.execute(() -> {
            there.countDown();
            try {
                busy.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private Thread next() throws InterruptedException {
        Thread thread = ran.poll(20, TimeUnit.SECONDS);
        assertThat(thread).isNotNull();
        return thread;
    }
}
