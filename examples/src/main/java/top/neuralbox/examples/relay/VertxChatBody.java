package top.neuralbox.examples.relay;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/**
 * Reads a request's body for a {@link VertxChatHandler}, within {@link ChatRequestReader#MAX_BODY} and {@link
 * ChatLimits#bodyWithin}. The idle time-out of the server would not do: a byte now and then keeps a connection from being idle.
 */
public final class VertxChatBody implements Handler<RoutingContext> {

    private final Handler<RoutingContext> body = BodyHandler.create(false).setBodyLimit(ChatRequestReader.MAX_BODY);
    private final ChatLimits limits;

    public VertxChatBody(ChatLimits limits) {
        this.limits = limits;
    }

    @Override
    public void handle(RoutingContext routing) {
        long timer = routing.vertx().setTimer(limits.bodyWithin().toMillis(), late -> refuse(routing));
        routing.addEndHandler(answered -> routing.vertx().cancelTimer(timer));
        body.handle(routing);
    }

    private static void refuse(RoutingContext routing) {
        if (routing.request().isEnded() || routing.response().headWritten()) {
            return;
        }
        ChatRefusal refusal = new ChatRefusal(408, "request_timeout", "The request took too long to arrive.");
        routing.response()
                .setStatusCode(refusal.status())
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .end(Buffer.buffer(refusal.json()))
                .onComplete(written -> routing.request().connection().close());
    }
}
