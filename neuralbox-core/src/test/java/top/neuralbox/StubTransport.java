package top.neuralbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** A transport whose every step a test takes by hand, on the test's own thread. */
final class StubTransport implements Transport {

    final List<StubCall> calls = new CopyOnWriteArrayList<>();
    private final Queue<Consumer<StubCall>> scripts = new ArrayDeque<>();
    boolean closed;
    volatile Thread loop;

    /** What the next call does as soon as it is started. */
    StubTransport next(Consumer<StubCall> script) {
        scripts.add(script);
        return this;
    }

    StubCall call(int index) {
        return calls.get(index);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        StubCall call = new StubCall(request);
        calls.add(call);
        Consumer<StubCall> script = scripts.poll();
        if (script != null) {
            script.accept(call);
        }
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
    static final class StubCall implements TransportCall, Flow.Publisher<ByteBuffer>, Flow.Subscription {

        final TransportRequest request;
        private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
        private final Queue<ByteBuffer> chunks = new ArrayDeque<>();
        private Flow.Subscriber<? super ByteBuffer> subscriber;
        private long demand;
        private boolean emitting;
        private boolean ended;
        private Throwable failure;
        private boolean terminated;
        volatile boolean sent;
        volatile int cancels;

        StubCall(TransportRequest request) {
            this.request = request;
        }

        StubCall sent() {
            sent = true;
            request.onSent().run();
            return this;
        }

        StubCall head(int status, String... headers) {
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

        StubCall stream() {
            return head(200, "Content-Type", "text/event-stream; charset=utf-8", "X-Request-Id", "req-1");
        }

        StubCall event(String json) {
            return bytes("data: " + json + "\n\n");
        }

        StubCall delta(String text) {
            return event("{\"type\": \"content_delta\", \"delta\": \"" + text + "\"}");
        }

        StubCall start() {
            return event("{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}");
        }

        StubCall end() {
            return event(
                    "{\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3, \"balance_remaining\": 297}");
        }

        StubCall done() {
            return bytes("data: [DONE]\n\n");
        }

        synchronized StubCall bytes(String text) {
            chunks.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            emit();
            return this;
        }

        synchronized StubCall finish() {
            ended = true;
            emit();
            return this;
        }

        synchronized StubCall fail(TransportException.Kind kind) {
            failure = new TransportException(kind, "scripted " + kind, null);
            if (!response.completeExceptionally(failure)) {
                ended = true;
                emit();
            }
            return this;
        }

        synchronized long demand() {
            return demand;
        }

        synchronized int undelivered() {
            return chunks.size();
        }

        @Override
        public CompletionStage<TransportResponse> response() {
            return response;
        }

        @Override
        public boolean mayHaveBeenSent() {
            return sent;
        }

        @Override
        public synchronized void cancel() {
            cancels++;
            fail(TransportException.Kind.CANCELLED);
        }

        @Override
        public synchronized void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    StubCall.this.request(n);
                }

                @Override
                public void cancel() {
                    terminated = true;
                    StubCall.this.cancel();
                }
            });
            emit();
        }

        @Override
        public synchronized void request(long n) {
            demand += n;
            emit();
        }

        private void emit() {
            if (emitting || subscriber == null) {
                return;
            }
            emitting = true;
            while (failure == null && demand > 0 && !chunks.isEmpty()) {
                demand--;
                subscriber.onNext(chunks.poll());
            }
            emitting = false;
            if (ended && !terminated && (failure != null || chunks.isEmpty())) {
                terminated = true;
                if (failure == null) {
                    subscriber.onComplete();
                } else {
                    subscriber.onError(failure);
                }
            }
        }
    }
}
