package top.neuralbox.spring.boot;

import io.micrometer.observation.Observation;
import jakarta.servlet.ServletResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.ClassUtils;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;
import top.neuralbox.GenerationEvent;
import top.neuralbox.relay.StreamRelay;

/**
 * Writes one generation to the response of a WebFlux handler, as an event stream for a page.
 *
 * <pre>{@code
 * @PostMapping("/api/chat")
 * Mono<Void> chat(@RequestBody Question question, ServerHttpResponse response) {
 *     return GenerationResponse.write(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())), response);
 * }
 * }</pre>
 *
 * <p>Status and header fields are those of the relay's {@linkplain StreamRelay#head head}: a failure before the first event
 * chooses the status, a later one is an event. Each piece is written and flushed as it arrives. If the reader leaves, the
 * generation is cancelled: at once on Netty, and not before the head in a servlet container. A slow reader slows the generation
 * down. Nothing blocks.
 *
 * @since 0.1.0
 */
public final class GenerationResponse {

    /** Reactor Netty notices by itself that a reader has left. So comments are for proxies only. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /** Servlet containers notice on the second write after a reader has left. */
    private static final Duration SERVLET_KEEP_ALIVE = Duration.ofMillis(200);

    private static final boolean SERVLET_PRESENT =
            ClassUtils.isPresent("jakarta.servlet.ServletResponse", GenerationResponse.class.getClassLoader());

    /** As in {@code ObservationThreadLocalAccessor.KEY}, whose class needs one more library. */
    private static final String OBSERVATION = "micrometer.observation";

    private GenerationResponse() {}

    /**
     * Writes the generation of these events, with a comment after each 15 s without an event, or 200 ms in a servlet container.
     * The generation begins at the subscription.
     */
    @SuppressWarnings("exports") // An application that calls it requires WebFlux.
    public static Mono<Void> write(Flow.Publisher<GenerationEvent> events, ServerHttpResponse response) {
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(response, "response");
        return Mono.defer(() ->
                write(StreamRelay.builder(events).keepAlive(keepAlive(response)).build(), response));
    }

    /**
     * Writes the body of this relay, which has settings of its own. It can be subscribed to once. Servlet containers see that a
     * reader of HTTP/1.1 has left only when they write. So set a short {@link StreamRelay.Builder#keepAlive keepAlive} there, for
     * example 200 ms.
     */
    @SuppressWarnings("exports") // An application that calls it requires WebFlux.
    public static Mono<Void> write(StreamRelay relay, ServerHttpResponse response) {
        Objects.requireNonNull(relay, "relay");
        Objects.requireNonNull(response, "response");
        // Cancelling the head's future would not stop the relay, and a cancelled Mono says nothing to it otherwise.
        return Mono.deferContextual(context -> Mono.fromFuture(() -> begun(relay, context), true))
                .flatMap(head -> {
                    response.setStatusCode(HttpStatusCode.valueOf(head.status()));
                    head.headers().forEach(response.getHeaders()::set);
                    return response.writeAndFlushWith(pieces(relay, response.bufferFactory()));
                })
                .doOnCancel(relay::cancel)
                // Even after a success: the body of a HEAD request is not subscribed to.
                .doOnTerminate(relay::cancel);
    }

    /** The observation of the request is not current on the event loop, so the generation would not belong to its trace. */
    private static CompletableFuture<StreamRelay.Head> begun(StreamRelay relay, ContextView context) {
        if (!context.hasKey(OBSERVATION)) {
            return relay.head();
        }
        Observation.Scope scope = opened(context.get(OBSERVATION));
        try {
            return relay.head();
        } finally {
            close(scope);
        }
    }

    /** A scope runs handlers of the application. If one throws, the generation belongs to no trace. */
    private static Observation.Scope opened(Observation request) {
        try {
            return request.openScope();
        } catch (Throwable hostile) {
            return Observation.Scope.NOOP;
        }
    }

    /** The generation has been sent by then, and goes on even if a handler throws. */
    private static void close(Observation.Scope scope) {
        try {
            scope.close();
        } catch (Throwable hostile) {
            reset(scope);
        }
    }

    /** Leaves no scope on the thread, which serves other requests. Micrometer calls the handlers first (1.17.2). */
    private static void reset(Observation.Scope scope) {
        try {
            scope.reset();
        } catch (Throwable hostile) {
            return;
        }
    }

    private static Duration keepAlive(ServerHttpResponse response) {
        return SERVLET_PRESENT
                        && ServerHttpResponseDecorator.<Object>getNativeResponse(response) instanceof ServletResponse
                ? SERVLET_KEEP_ALIVE
                : KEEP_ALIVE;
    }

    /**
     * Each buffer as a publisher of its own, after which the server flushes. As one publisher of buffers, a body is flushed when
     * the server likes.
     */
    private static Flux<Mono<DataBuffer>> pieces(StreamRelay relay, DataBufferFactory factory) {
        // One at a time: the server would read 32 ahead, and a slow reader would be noticed late.
        return JdkFlowAdapter.<ByteBuffer>flowPublisherToFlux(relay.body())
                .map(buffer -> Mono.<DataBuffer>fromSupplier(() -> factory.wrap(buffer)))
                .limitRate(1);
    }
}
