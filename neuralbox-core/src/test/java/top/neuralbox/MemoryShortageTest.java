package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.concurrent.TimerThread;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** The heap is full when a call ends: what finds no memory is done again, and the call ends once all the same. */
class MemoryShortageTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final RecordingListener listener = new RecordingListener();

    /** How many more times there is no memory. */
    private final AtomicInteger shortages = new AtomicInteger();

    @Test
    void failureIsMadeAgain() {
        RecordingSubscriber subscriber = subscribed(client(transport).build());
        transport.call(0).stream().start();
        shortages.set(2);

        transport.call(0).fail(new IllegalStateException() {
            @Override
            public String getMessage() {
                allocate();
                return "scripted";
            }
        });

        assertThat(subscriber.errors).singleElement().isInstanceOf(StreamBrokenException.class);
        assertThat(subscriber.terminals()).isEqualTo(1);
        assertThat(listener.heard).filteredOn(line -> line.startsWith("ended")).hasSize(1);
    }

    @Test
    void endIsHandedOverAgain() {
        NeuralBox client = client(transport).callbacks(this::runIfThereIsMemory).build();
        RecordingSubscriber subscriber = subscribed(client);
        transport.call(0).stream().start();
        shortages.set(2);

        client.close();

        assertThat(subscriber.errors).singleElement().isInstanceOf(GenerationCancelledException.class);
        assertThat(subscriber.terminals()).isEqualTo(1);
    }

    @Test
    void futureIsSettledAgain() throws Exception {
        NeuralBox client = client(transport).callbacks(this::runIfThereIsMemory).build();
        CompletableFuture<Generation> completed = client.generateAsync(REQUEST);
        shortages.set(2);
        transport.call(0).story();
        assertThat(completed.get(20, TimeUnit.SECONDS).text()).isEqualTo("Once");

        CompletableFuture<Generation> failed = client.generateAsync(REQUEST);
        transport.call(1).stream().start();
        shortages.set(2);
        transport.call(1).fail(TransportException.Kind.LOST);
        assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StreamBrokenException.class);
    }

    @Test
    void stepBeforeTheHeadEndsTheCall() {
        NeuralBox client = client(transport)
                .callbacks(this::runIfThereIsMemory)
                .retryPolicy(RetryPolicy.none())
                .build();
        RecordingSubscriber subscriber = subscribed(client);
        shortages.set(3);

        transport.call(0).fail(TransportException.Kind.LOST);

        assertThat(subscriber.errors).singleElement().isInstanceOf(ConnectionException.class);
    }

    @Test
    void callIsCancelledAgain() {
        NeuralBox client = client(new Short(transport)).build();
        RecordingSubscriber subscriber = subscribed(client);
        transport.call(0).stream().start();
        shortages.set(2);

        subscriber.subscription.cancel();

        assertThat(transport.call(0).cancels()).isEqualTo(1);
    }

    @Test
    void logThatFindsNoMemoryTakesNoSignalAway() {
        GenerationListener hostile = info -> outcome -> {
            throw new IllegalStateException("hostile");
        };
        Handler full = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                throw new OutOfMemoryError("scripted");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("top.neuralbox");
        logger.addHandler(full);
        try {
            RecordingSubscriber subscriber =
                    subscribed(client(transport).listener(hostile).build());
            transport.call(0).stream().start().delta("a").fail(TransportException.Kind.LOST);
            assertThat(subscriber.errors).singleElement().isInstanceOf(StreamBrokenException.class);
        } finally {
            logger.removeHandler(full);
        }
    }

    @Test
    void timerThatFindsNoMemoryGoesOffAgain() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        shortages.set(2);
        try (TimerThread timer = new TimerThread("test")) {
            Delayer.Cancellable unused = timer.after(0, () -> {
                allocate();
                done.countDown();
            });
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void callEndsThoughItsTimerFindsNoMemoryToStop() {
        ManualDelayer clock = new ManualDelayer();
        NeuralBox client = transport
                .client(clock)
                .listener(listener)
                .delayer(stopping(clock, this::allocate))
                .build();
        RecordingSubscriber subscriber = subscribed(client);
        transport.call(0).stream();
        shortages.set(1);

        transport.call(0).fail(TransportException.Kind.LOST);

        assertThat(subscriber.errors).singleElement().isInstanceOf(StreamBrokenException.class);
        assertThat(subscriber.terminals()).isEqualTo(1);
    }

    @Test
    void failureThatCanNeverBeMadeStillEndsTheCall() {
        RecordingSubscriber subscriber = subscribed(client(transport).build());
        transport.call(0).stream().start().delta("text so far");

        transport.call(0).fail(new IllegalStateException() {
            @Override
            public String getMessage() {
                throw new NoClassDefFoundError("scripted");
            }
        });

        assertThat(subscriber.errors).singleElement().satisfies(error -> {
            assertThat(error).isInstanceOf(StreamBrokenException.class);
            assertThat(((NeuralBoxException) error).partial().text()).isEqualTo("text so far");
        });
        assertThat(subscriber.terminals()).isEqualTo(1);
    }

    @Test
    void callEndsThoughItsTimerCanNeverBeStopped() {
        ManualDelayer clock = new ManualDelayer();
        AtomicBoolean broken = new AtomicBoolean();
        NeuralBox client = transport
                .client(clock)
                .delayer(stopping(clock, () -> {
                    if (broken.get()) {
                        throw new NoClassDefFoundError("scripted");
                    }
                }))
                .build();
        RecordingSubscriber subscriber = subscribed(client);
        transport.call(0).stream();
        broken.set(true);

        transport.call(0).fail(TransportException.Kind.LOST);

        assertThat(subscriber.errors).singleElement().isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void chunkThatCannotBeTakenEndsTheCall() {
        AtomicBoolean noTime = new AtomicBoolean();
        ManualDelayer clock = new ManualDelayer();
        NeuralBox client = transport
                .client(clock)
                .delayer(new Delayer() {
                    @Override
                    public long nanoTime() {
                        if (noTime.get()) {
                            allocate();
                        }
                        return clock.nanoTime();
                    }

                    @Override
                    public Instant now() {
                        return clock.now();
                    }

                    @Override
                    public Cancellable after(long nanos, Runnable work) {
                        return clock.after(nanos, work);
                    }
                })
                .build();
        RecordingSubscriber subscriber = subscribed(client);
        transport.call(0).stream().start();
        noTime.set(true);
        shortages.set(1);

        transport.call(0).delta("lost");

        assertThat(subscriber.errors).singleElement().isInstanceOf(StreamBrokenException.class);
        assertThat(transport.call(0).cancels()).isPositive();
    }

    private static Delayer stopping(ManualDelayer clock, Runnable before) {
        return new Delayer() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public Instant now() {
                return clock.now();
            }

            @Override
            public Cancellable after(long nanos, Runnable work) {
                Cancellable timer = clock.after(nanos, work);
                return () -> {
                    before.run();
                    timer.cancel();
                };
            }
        };
    }

    private NeuralBox.Builder client(Transport carrier) {
        return transport.client(new ManualDelayer()).transport(carrier).listener(listener);
    }

    private static RecordingSubscriber subscribed(NeuralBox client) {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        client.publish(REQUEST).subscribe(subscriber);
        return subscriber;
    }

    private void runIfThereIsMemory(Runnable task) {
        allocate();
        task.run();
    }

    private void allocate() {
        if (shortages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("scripted");
        }
    }

    /** Finds no memory to cancel a call. */
    private final class Short implements Transport {

        private final Transport transport;

        Short(Transport transport) {
            this.transport = transport;
        }

        @Override
        public TransportCall start(TransportRequest request) {
            TransportCall call = transport.start(request);
            return new TransportCall() {
                @Override
                public CompletionStage<TransportResponse> response() {
                    return call.response();
                }

                @Override
                public boolean mayHaveBeenSent() {
                    return call.mayHaveBeenSent();
                }

                @Override
                public void cancel() {
                    allocate();
                    call.cancel();
                }
            };
        }

        @Override
        public String name() {
            return transport.name();
        }

        @Override
        public boolean mustNotBlock(Thread thread) {
            return transport.mustNotBlock(thread);
        }

        @Override
        public void close() {
            transport.close();
        }
    }
}
