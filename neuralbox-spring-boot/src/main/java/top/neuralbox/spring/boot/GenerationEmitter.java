package top.neuralbox.spring.boot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import top.neuralbox.GenerationEvent;
import top.neuralbox.relay.StreamRelay;

/**
 * The response of a Spring MVC handler method that is one generation, as an event stream for a page.
 *
 * <pre>{@code
 * @PostMapping("/api/chat")
 * GenerationEmitter chat(@RequestBody Question question) {
 *     return GenerationEmitter.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
 * }
 * }</pre>
 *
 * <p>Status and header fields are those of the relay's {@linkplain StreamRelay#head head}: a failure before the first event
 * chooses the status, a later one is an event. Each piece is written and flushed as it arrives. A container's time-out for
 * asynchronous requests does not apply; the client's {@linkplain top.neuralbox.Timeouts time-outs} do. If the reader leaves
 * after the head was sent, the generation is cancelled within a second. Before the head, it is not noticed that the reader
 * has left. A slow reader slows the generation down. No thread waits while the model thinks; a daemon thread is used for
 * each write.
 *
 * <p>A handler method may return it inside of a {@code ResponseEntity}, to add header fields. Do not call its methods {@code
 * send} and {@code complete}. An emitter is one response, so it can be returned once. The generation begins when Spring
 * MVC takes the emitter.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // An application that returns it requires Spring MVC.
public final class GenerationEmitter extends ResponseBodyEmitter {

    /**
     * The containers notice on the second write after a reader has left. So with two comments, a generation ends half a second
     * after that.
     */
    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    /** Until the head, nothing is written, so no container notices that the reader has left. */
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(10);

    /** For {@code AsyncContext.setTimeout}. */
    private static final long NO_TIMEOUT = 0;

    private final StreamRelay relay;
    private final Executor threads;

    /** @param threads runs each write, which may block */
    GenerationEmitter(StreamRelay relay, Executor threads) {
        super(NO_TIMEOUT);
        this.relay = relay;
        this.threads = threads;
        // A container tells only of what it notices. Each of these comes from one of its threads, and may come late.
        onCompletion(relay::cancel);
        onError(error -> relay.cancel());
    }

    /**
     * The response that is the generation of these events, with a comment every 200 ms in which there is no event. It has its head
     * after ten seconds at the latest, so a failure after that time is an event.
     */
    public static GenerationEmitter of(Flow.Publisher<GenerationEvent> events) {
        return of(StreamRelay.builder(events)
                .keepAlive(KEEP_ALIVE)
                .headWithin(HEAD_WITHIN)
                .build());
    }

    /**
     * The response that is the body of this relay, which has settings of its own. Servlet containers see that a reader of
     * HTTP/1.1 has left only when they write. So set a short {@link StreamRelay.Builder#keepAlive keepAlive}, for example 200 ms,
     * and a {@link StreamRelay.Builder#headWithin headWithin} that bounds the time until the first write.
     */
    public static GenerationEmitter of(StreamRelay relay) {
        return new GenerationEmitter(Objects.requireNonNull(relay, "relay"), WriteThreads.EXECUTOR);
    }

    /**
     * Begins the relay. Spring MVC calls this on the request's thread, right before it makes the request asynchronous. The relay begins right
     * after that, because a response must not be written to on two threads.
     */
    @Override
    protected void extendResponse(ServerHttpResponse outputMessage) {
        super.extendResponse(outputMessage);
        if (!(outputMessage instanceof ServletServerHttpResponse servlet)
                || !(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)) {
            throw new IllegalStateException("a GenerationEmitter must be returned from a handler method of Spring MVC");
        }
        copyFields(servlet);
        HttpServletRequest request = attributes.getRequest();
        Pump pump = new Pump(servlet.getServletResponse());
        WebAsyncUtils.getAsyncManager(request)
                .registerDeferredResultInterceptor(this, new DeferredResultProcessingInterceptor() {
                    @Override
                    public <T> void preProcess(NativeWebRequest web, DeferredResult<T> result) {
                        pump.begin();
                    }
                });
    }

    /** Spring would write the fields of a {@code ResponseEntity} with the first byte of its own stream, which is not used. */
    private static void copyFields(ServletServerHttpResponse response) {
        HttpServletResponse target = response.getServletResponse();
        response.getHeaders().forEach((name, values) -> {
            if (!target.containsHeader(name)) {
                values.forEach(value -> target.addHeader(name, value));
            }
        });
    }

    /**
     * Takes buffers from the relay one by one, and writes each on a thread that may block. The relay's signals come one after the
     * other, so what they start is a chain: the next write begins when the last one is done.
     *
     * <p>It writes to the servlet's response, not to Spring's: since Spring Framework 7.0.10, a flush of that one's stream does
     * nothing. The response is wrapped by Spring, so that a write after its end fails and touches no other request.
     */
    private final class Pump implements Flow.Subscriber<ByteBuffer> {

        private final HttpServletResponse response;
        private CompletableFuture<@Nullable Object> writes = CompletableFuture.completedFuture(null);
        private Flow.@Nullable Subscription subscription;

        private Pump(HttpServletResponse response) {
            this.response = response;
        }

        private void begin() {
            CompletableFuture<StreamRelay.Head> head = relay.head().whenCompleteAsync(this::head, threads);
            endIfItFails(head);
        }

        private void head(StreamRelay.@Nullable Head head, @Nullable Throwable error) {
            if (head == null) {
                // Cancelled: begin() ends the request, if it is not over.
                return;
            }
            try {
                response.setStatus(head.status());
                head.headers().forEach(response::setHeader);
                relay.body().subscribe(this);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            next(() -> write(buffer));
        }

        @Override
        public void onError(Throwable error) {
            next(() -> fail(error));
        }

        @Override
        public void onComplete() {
            next(GenerationEmitter.this::complete);
        }

        /** The step runs whatever became of the one before it: nothing else would end the request. */
        private void next(Runnable step) {
            writes = writes.handleAsync(
                    (done, failure) -> {
                        step.run();
                        return done;
                    },
                    threads);
            endIfItFails(writes);
        }

        /** Ends the request if this step could not run, for example because no thread could be created. */
        private void endIfItFails(CompletableFuture<?> step) {
            var unused = step.whenComplete((done, failure) -> {
                if (failure != null) {
                    fail(failure);
                }
            });
        }

        private void write(ByteBuffer buffer) {
            try {
                OutputStream out = response.getOutputStream();
                out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
                response.flushBuffer();
                Objects.requireNonNull(subscription).request(1);
            } catch (IOException | RuntimeException | Error e) {
                // Most often the reader has left.
                fail(e);
            }
        }

        private void fail(Throwable error) {
            relay.cancel();
            try {
                completeWithError(error);
            } catch (RuntimeException containerWasFirst) {
                // The container has noticed by itself, and has ended the request.
            }
        }
    }
}
