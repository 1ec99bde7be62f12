package top.neuralbox;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * A transport whose every step a test takes by hand, on a thread of the test's own. It keeps the SPI's rules: signals of a
 * body are serial, never more than was asked for, and no lock is held while they run.
 */
public final class StubTransport implements Transport {

    public final List<StubCall> calls = new CopyOnWriteArrayList<>();
    private final BlockingQueue<StubCall> fresh = new LinkedBlockingQueue<>();
    private final Queue<Consumer<StubCall>> scripts = new ConcurrentLinkedQueue<>();
    private volatile Consumer<StubCall> otherwise = call -> {};
    public volatile boolean closed;
    public volatile Thread loop;

    /** A transport that no call has reached. */
    public StubTransport() {}

    /** A client on this transport and that clock; tests add what they are about. */
    public NeuralBox.Builder client(ManualDelayer clock) {
        return NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(this)
                .delayer(clock)
                .callbacks(Runnable::run);
    }

    /** What the next call does as soon as it is started. */
    public StubTransport next(Consumer<StubCall> script) {
        scripts.add(script);
        return this;
    }

    /** What each call does for which there is no other script. */
    public StubTransport always(Consumer<StubCall> script) {
        otherwise = script;
        return this;
    }

    public StubCall call(int index) {
        return calls.get(index);
    }

    /** The next call that nobody awaited yet, started by another thread. */
    public StubCall awaitCall() throws InterruptedException {
        StubCall call = fresh.poll(20, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no call was started");
        }
        return call;
    }

    @Override
    public TransportCall start(TransportRequest request) {
        StubCall call = new StubCall(request);
        calls.add(call);
        fresh.add(call);
        Consumer<StubCall> script = scripts.poll();
        (script == null ? otherwise : script).accept(call);
        return call;
    }

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return thread == loop;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** One exchange, whose body is one subscription with demand that is kept to. */
    public static final class StubCall implements TransportCall, Flow.Publisher<ByteBuffer> {

        final TransportRequest request;
        private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
        private final Queue<ByteBuffer> chunks = new ConcurrentLinkedQueue<>();
        private final AtomicLong demand = new AtomicLong();
        private final AtomicInteger turns = new AtomicInteger();
        private final AtomicInteger cancels = new AtomicInteger();
        private volatile Flow.Subscriber<? super ByteBuffer> subscriber;
        private volatile boolean ended;
        private volatile Throwable failure;
        private volatile boolean cancelled;
        private volatile boolean silent;
        private volatile boolean terminated;
        volatile boolean sent;
        /** Hears of each demand before it counts. */
        volatile LongConsumer asked = demanded -> {};
        /** Whether {@link #mayHaveBeenSent} throws. */
        volatile boolean hostile;

        StubCall(TransportRequest request) {
            this.request = request;
        }

        public StubCall sent() {
            sent = true;
            request.onSent().run();
            return this;
        }

        public StubCall head(int status, String... headers) {
            if (!sent) {
                sent();
            }
            Map<String, List<String>> fields = new TreeMap<>();
            for (int i = 0; i < headers.length; i += 2) {
                fields.put(headers[i], List.of(headers[i + 1]));
            }
            response.complete(TransportResponse.of(status, fields, this, this::cancel));
            return this;
        }

        public StubCall stream() {
            return head(200, "Content-Type", "text/event-stream; charset=utf-8", "X-Request-Id", "req-1");
        }

        /** An answer in JSON that is whole. */
        public StubCall json(int status, String body, String... headers) {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
            all[headers.length] = "Content-Type";
            all[headers.length + 1] = "application/json";
            return head(status, all).bytes(body).finish();
        }

        public StubCall event(String json) {
            return bytes("data: " + json + "\n\n");
        }

        public StubCall delta(String text) {
            return event("{\"type\": \"content_delta\", \"delta\": \"" + text + "\"}");
        }

        public StubCall start() {
            return event("{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}");
        }

        public StubCall end() {
            return event("{\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3, \"balance_remaining\":"
                    + " 297}");
        }

        public StubCall done() {
            return bytes("data: [DONE]\n\n");
        }

        /** A generation of one word, from its head to the end of its body. */
        public StubCall story() {
            return stream().start().delta("Once").end().done().finish();
        }

        public StubCall bytes(String text) {
            return chunk(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }

        public StubCall chunk(ByteBuffer chunk) {
            chunks.add(chunk);
            emit();
            return this;
        }

        public StubCall finish() {
            ended = true;
            emit();
            return this;
        }

        public StubCall fail(TransportException.Kind kind) {
            return fail(new TransportException(kind, "scripted " + kind, null));
        }

        public StubCall fail(Throwable error) {
            if (!response.completeExceptionally(error)) {
                failure = error;
                ended = true;
                emit();
            }
            return this;
        }

        /** How many times the exchange was given up. */
        public int cancels() {
            return cancels.get();
        }

        public long demand() {
            return demand.get();
        }

        public int undelivered() {
            return chunks.size();
        }

        @Override
        public CompletionStage<TransportResponse> response() {
            return response;
        }

        @Override
        public boolean mayHaveBeenSent() {
            if (hostile) {
                throw new IllegalStateException("scripted");
            }
            return sent;
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
            if (!terminated) {
                cancelled = true;
                fail(TransportException.Kind.CANCELLED);
            }
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    asked.accept(n);
                    demand.addAndGet(n);
                    emit();
                }

                @Override
                public void cancel() {
                    silent = true;
                    StubCall.this.cancel();
                }
            });
            this.subscriber = subscriber;
            emit();
        }

        private void emit() {
            if (subscriber == null || turns.getAndIncrement() != 0) {
                return;
            }
            int seen = 1;
            do {
                while (!cancelled && demand.get() > 0 && !chunks.isEmpty()) {
                    demand.decrementAndGet();
                    subscriber.onNext(chunks.poll());
                }
                boolean over = cancelled || (ended && chunks.isEmpty());
                if (over && !terminated) {
                    terminated = true;
                    terminate();
                }
                seen = turns.addAndGet(-seen);
            } while (seen != 0);
        }

        private void terminate() {
            if (silent) {
                return;
            }
            if (failure == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(failure);
            }
        }
    }
}
