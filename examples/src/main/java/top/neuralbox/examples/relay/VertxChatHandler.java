package top.neuralbox.examples.relay;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/**
 * The chat endpoint on Vert.x Web, after a {@link VertxChatBody} on its route. Vert.x sees its reader leave at once, so the
 * generation stops at once.
 */
public final class VertxChatHandler implements Handler<RoutingContext> {

    private final NeuralBox neuralBox;
    private final ChatRequestReader reader;
    private final boolean billing;
    private final ChatLimits limits;

    /**
     * @param billing whether readers see what an answer cost and what is left
     */
    public VertxChatHandler(NeuralBox neuralBox, ChatRequestReader reader, boolean billing) {
        this(neuralBox, reader, billing, ChatLimits.DEFAULT);
    }

    VertxChatHandler(NeuralBox neuralBox, ChatRequestReader reader, boolean billing, ChatLimits limits) {
        this.neuralBox = neuralBox;
        this.reader = reader;
        this.billing = billing;
        this.limits = limits;
    }

    @Override
    public void handle(RoutingContext routing) {
        HttpServerResponse response = routing.response();
        Context context = routing.vertx().getOrCreateContext();
        try {
            StreamRelay relay = StreamRelay.builder(neuralBox.publish(reader.read(body(routing))))
                    .billing(billing)
                    .readerPatience(limits.readerPatience())
                    .build();
            response.closeHandler(gone -> relay.cancel());
            response.exceptionHandler(broken -> relay.cancel());
            var unused = relay.head()
                    .thenAccept(head -> context.runOnContext(now -> {
                        if (response.ended()) {
                            // Another handler of the route has answered, for example after a time-out.
                            relay.cancel();
                            return;
                        }
                        response.setStatusCode(head.status()).setChunked(true);
                        head.headers().forEach(response::putHeader);
                        relay.body().subscribe(new VertxBodyWriter(response, context));
                    }));
        } catch (ChatRefusal refusal) {
            response.setStatusCode(refusal.status())
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(refusal.json()));
        }
    }

    private static byte[] body(RoutingContext routing) {
        Buffer body = routing.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }
}
