package top.neuralbox.quarkus;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ContextNotActiveException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.relay.StreamRelay;

/**
 * Makes one generation the response of a resource method of Quarkus REST, as an event stream for a page.
 *
 * <pre>{@code
 * @POST
 * @Path("/api/chat")
 * public RestMulti<byte[]> chat(Question question) {
 *     return GenerationResponse.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
 * }
 * }</pre>
 *
 * <p>Status and header fields are those of the relay's {@linkplain StreamRelay#head head}: a failure before the first event
 * chooses the status, a later one is an event. Each piece is written as it arrives. If the reader leaves, the generation is
 * cancelled at once, before the head too. A slow reader slows the generation down. Nothing blocks.
 *
 * <p>Leave {@code @Produces} away from the method: with {@code text/event-stream}, Quarkus would make events of the bytes, which are
 * events already.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // An application that returns one has Quarkus REST.
public final class GenerationResponse {

    private GenerationResponse() {}

    /**
     * The response that is the generation of these events, with a comment after each 15 s without an event. The generation begins at
     * the subscription, so a response can be returned once.
     */
    public static RestMulti<byte[]> of(Flow.Publisher<GenerationEvent> events) {
        return of(StreamRelay.of(events));
    }

    /** The response that is the body of this relay, which has settings of its own. To be called in the resource method. */
    public static RestMulti<byte[]> of(StreamRelay relay) {
        Objects.requireNonNull(relay, "relay");
        // Cancelling the head's future would not stop the relay.
        Uni<StreamRelay.Head> head =
                Uni.createFrom().completionStage(relay::head).onCancellation().invoke(relay::cancel);
        Runnable end = end();
        return RestMulti.fromUniResponse(
                head,
                known -> Multi.createFrom()
                        .publisher(relay.body())
                        .map(GenerationResponse::bytes)
                        .onCancellation()
                        .invoke(end)
                        // The head is sent. On a failure, Quarkus would leave the response open until this reader goes.
                        // A body without [DONE] tells the reader that it is not complete.
                        .onFailure()
                        .recoverWithCompletion(),
                known -> fields(known.headers()),
                StreamRelay.Head::status);
    }

    /**
     * Ends the response of the request whose method is called now. If a write fails because the reader has left, Quarkus does not
     * end the response, and its shutdown would wait for this request until the time-out.
     */
    private static Runnable end() {
        ServerHttpResponse response = currentResponse();
        return () -> {
            if (response != null && !response.closed()) {
                response.end();
            }
        };
    }

    private static @Nullable ServerHttpResponse currentResponse() {
        try {
            ResteasyReactiveRequestContext request = CurrentRequestManager.get();
            return request == null ? null : request.serverResponse();
        } catch (ContextNotActiveException noRequest) {
            // Called outside of a resource method, whose response is not known here.
            return null;
        }
    }

    private static Map<String, List<String>> fields(Map<String, String> headers) {
        return headers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, field -> List.of(field.getValue())));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
