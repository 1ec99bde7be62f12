package top.neuralbox.shortage;

import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.relay.StreamRelay;

/**
 * One call, in which memory runs out. Takes the action that arms the faults, and returns what is wrong afterwards; empty if
 * nothing is.
 */
public enum Scenario implements Function<Runnable, String> {
    BREAKS_OFF {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.exchange.event(PIECE);
            call.exchange.lose();
        }
    },
    COMPLETES {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    COMPLETES_FROM_ITS_START {
        @Override
        void go(Call call, Runnable arm) {
            arm.run();
            call.publish();
            call.beginning();
            call.rest();
        }
    },
    IS_CANCELLED {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.cancel();
        }
    },
    IS_CLOSED {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.client.close();
        }
    },
    IS_IDLE {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
        }
    },
    IS_COLLECTED {
        @Override
        void go(Call call, Runnable arm) {
            call.collect();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    IS_COLLECTED_AND_BREAKS_OFF {
        @Override
        void go(Call call, Runnable arm) {
            call.collect();
            call.beginning();
            arm.run();
            call.exchange.lose();
        }
    },
    IS_PULLED {
        @Override
        void go(Call call, Runnable arm) {
            call.pull();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    IS_DELIVERED_BY_AN_EXECUTOR {
        @Override
        Executor executor() {
            return ForkJoinPool.commonPool();
        }

        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    IS_CANCELLED_ON_AN_EXECUTOR_THAT_REFUSES {
        @Override
        Executor executor() {
            return task -> {
                throw new RejectedExecutionException();
            };
        }

        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.beginning();
            arm.run();
            call.cancel();
        }
    },
    IS_RELAYED {
        @Override
        void go(Call call, Runnable arm) {
            call.relay();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    IS_RELAYED_AND_BREAKS_OFF {
        @Override
        void go(Call call, Runnable arm) {
            call.relay();
            call.beginning();
            arm.run();
            call.exchange.lose();
        }
    },
    IS_REFUSED {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.begins();
            arm.run();
            call.exchange.answer(503, "application/json");
            call.exchange.bytes("{\"error\": \"model_unavailable\", \"message\": \"said so\"}");
            call.exchange.complete();
        }
    },
    IS_FOREIGN {
        @Override
        void go(Call call, Runnable arm) {
            call.publish();
            call.begins();
            arm.run();
            call.exchange.answer(200, "text/html");
            call.exchange.bytes("<html>");
            call.exchange.complete();
        }
    },
    IS_PULLED_FROM_ITS_START {
        @Override
        void go(Call call, Runnable arm) {
            arm.run();
            call.pull();
            if (call.opens()) {
                call.beginning();
                call.rest();
            }
        }
    },
    IS_WRITTEN {
        @Override
        void go(Call call, Runnable arm) {
            call.write();
            call.beginning();
            arm.run();
            call.rest();
        }
    },
    IS_WRITTEN_AND_BREAKS_OFF {
        @Override
        void go(Call call, Runnable arm) {
            call.write();
            call.beginning();
            arm.run();
            call.exchange.lose();
        }
    },
    IS_PULLED_AND_BREAKS_OFF {
        @Override
        void go(Call call, Runnable arm) {
            call.pull();
            call.beginning();
            arm.run();
            call.exchange.lose();
        }
    };

    private static final String PIECE = "{\"type\": \"content_delta\", \"delta\": \"more\"}";

    Executor executor() {
        return null;
    }

    abstract void go(Call call, Runnable arm);

    @Override
    public String apply(Runnable arm) {
        FaultPoints.begin();
        Call call = new Call(this == IS_IDLE ? Duration.ofMillis(20) : Duration.ofMinutes(5), executor());
        try {
            go(call, arm);
            FaultPoints.observe();
            return call.wrong();
        } catch (Error thrown) {
            return "threw " + thrown;
        } catch (InterruptedException e) {
            return "interrupted";
        } finally {
            FaultPoints.disarm();
            call.client.close();
        }
    }

    /** A call and what its caller saw. */
    private static final class Call implements Flow.Subscriber<GenerationEvent> {

        private final Exchange exchange = new Exchange();
        private final AtomicInteger starts = new AtomicInteger();
        private final AtomicInteger outcomes = new AtomicInteger();
        private final CreditBudget budget = CreditBudget.builder()
                .limit(new BigDecimal(100), Duration.ofDays(1))
                .estimate(request -> new BigDecimal(3))
                .build();
        private final NeuralBox client;
        private final StringBuffer text = new StringBuffer();
        private final AtomicInteger signals = new AtomicInteger();
        private final CountDownLatch opened = new CountDownLatch(1);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile Flow.Subscription subscription;
        private volatile Throwable error;
        private volatile boolean cancelled;
        private volatile boolean relayed;
        private volatile boolean refused;

        Call(Duration idle, Executor executor) {
            NeuralBox.Builder builder = NeuralBox.builder()
                    .apiKey("nb_test")
                    .baseUri(URI.create("http://localhost"))
                    .transport(exchange)
                    .retryPolicy(RetryPolicy.none())
                    .timeouts(Timeouts.builder().idle(idle).build())
                    .budget(budget)
                    .listener(info -> observer());
            client = (executor == null ? builder : builder.executor(executor)).build();
        }

        private GenerationListener.Observer observer() {
            starts.incrementAndGet();
            return new GenerationListener.Observer() {
                @Override
                public void delta(int chars, int bytes, long nanoTime) {
                    begun.countDown();
                }

                @Override
                public void ended(GenerationOutcome outcome) {
                    outcomes.incrementAndGet();
                    begun.countDown();
                }
            };
        }

        private static GenerationRequest request() {
            return GenerationRequest.of("gpt-5", "hello");
        }

        void publish() {
            try {
                client.publish(request()).subscribe(this);
            } catch (Error full) {
                refused = true;
                exchange.neverStarts();
            }
        }

        void relay() {
            relayed = true;
            StreamRelay relay = StreamRelay.of(client.publish(request()));
            var unused = relay.head().exceptionally(failure -> null);
            relay.body().subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(ByteBuffer bytes) {
                    text.append(StandardCharsets.UTF_8.decode(bytes));
                }

                @Override
                public void onError(Throwable failure) {
                    end(failure);
                }

                @Override
                public void onComplete() {
                    end(null);
                }
            });
        }

        void collect() {
            client.generateAsync(request()).whenComplete((generation, failure) -> {
                if (generation != null) {
                    text.append(generation.text());
                }
                end(failure);
            });
        }

        void pull() {
            inAThread(() -> {
                try (GenerationStream stream = client.stream(request())) {
                    Iterator<GenerationEvent> events = stream.iterator();
                    opened.countDown();
                    events.forEachRemaining(this::onNext);
                    end(null);
                } catch (Throwable thrown) {
                    refused = opened.getCount() > 0;
                    end(thrown);
                    opened.countDown();
                }
            });
        }

        /** Whether the reader has its stream. */
        boolean opens() {
            try {
                boolean unused = opened.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return !refused;
        }

        void write() {
            relayed = true;
            StreamRelay relay = StreamRelay.of(client.publish(request()));
            inAThread(() -> {
                try {
                    relay.writeTo(new OutputStream() {
                        @Override
                        public void write(int one) {
                            text.append((char) one);
                        }
                    });
                    end(null);
                } catch (Throwable thrown) {
                    end(thrown);
                }
            });
        }

        private static void inAThread(Runnable task) {
            Thread reader = new Thread(task);
            reader.setDaemon(true);
            reader.start();
        }

        /** Waits until the request is sent, or never will be. */
        boolean begins() {
            try {
                exchange.awaitStart();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return exchange.wasStarted();
        }

        void beginning() {
            try {
                if (!begins()) {
                    return;
                }
                exchange.answer(200, "text/event-stream");
                exchange.event("{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}");
                exchange.event("{\"type\": \"content_delta\", \"delta\": \"text \"}");
                boolean unused = begun.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void rest() {
            if (exchange.wasStarted()) {
                exchange.event(PIECE);
                exchange.event("{\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3,"
                        + " \"balance_remaining\": 297}");
                exchange.data("[DONE]");
                if (!exchange.isOver()) {
                    exchange.complete();
                }
            }
        }

        void cancel() {
            cancelled = true;
            subscription.cancel();
        }

        String wrong() throws InterruptedException {
            if (!cancelled && !refused && !ended.await(2, TimeUnit.SECONDS)) {
                return "no end";
            }
            if (refused) {
                return exchange.wasStarted() && !exchange.isOver() ? "refused, and goes on" : "";
            }
            for (int i = 0; i < 1000 && !isSettled(); i++) {
                Thread.sleep(1);
            }
            if (signals.get() > 1) {
                return "signals: " + signals;
            }
            if (error == null && !cancelled && !isWhole()) {
                return "completed with " + text;
            }
            if (error != null && !(error instanceof NeuralBoxException) && !relayed) {
                return "ended with " + error;
            }
            if (error instanceof NeuralBoxException failure
                    && exchange.wasStarted()
                    && exchange.status() == 200
                    && failure.billingState() == BillingState.NOT_CHARGED) {
                return "called free";
            }
            if (!isSettled()) {
                return "outcomes " + outcomes + " of " + starts + ", exchange over " + exchange.isOver() + ", reserved "
                        + reserved();
            }
            return "";
        }

        /** A relay tells a failure to its reader in the text, and ends well. */
        private boolean isWhole() {
            return relayed
                    ? text.indexOf("[DONE]") >= 0 || text.indexOf("\"error\"") >= 0
                    : text.toString().equals("text more");
        }

        private boolean isSettled() {
            return outcomes.get() == starts.get()
                    && (exchange.isOver() || !exchange.wasStarted())
                    && reserved().signum() == 0;
        }

        private BigDecimal reserved() {
            return budget.states("default", null).toCompletableFuture().join().stream()
                    .map(state -> state.usage().reserved())
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        private void end(Throwable failure) {
            error = failure instanceof CompletionException ? failure.getCause() : failure;
            signals.incrementAndGet();
            ended.countDown();
            exchange.neverStarts();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(GenerationEvent event) {
            if (event instanceof GenerationEvent.Delta delta) {
                text.append(delta.text());
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(failure);
        }

        @Override
        public void onComplete() {
            end(null);
        }
    }
}
