package top.neuralbox.examples.chat;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import top.neuralbox.examples.relay.ChatRefusal;

/** Answers requests that go no further. */
final class Refusals {

    private Refusals() {}

    static void answer(RoutingContext routing, ChatRefusal refusal) {
        routing.response()
                .setStatusCode(refusal.status())
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(refusal.json()));
    }
}
