package top.neuralbox.examples.chat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import top.neuralbox.NeuralBox;
import top.neuralbox.examples.relay.ChatLimits;
import top.neuralbox.examples.relay.ChatRefusal;
import top.neuralbox.examples.relay.ChatRequestReader;
import top.neuralbox.examples.relay.VertxChatBody;
import top.neuralbox.examples.relay.VertxChatHandler;

/** Serves the chat page, its endpoint {@code POST /api/chat} and the meters, on 127.0.0.1. */
final class ChatServer {

    /**
     * What the server offers.
     *
     * @param port 0 for a free one
     * @param page the folder of the built page
     * @param models what may be asked for, the usual one first
     * @param local whether a local service answers
     * @param billing whether readers see credits and balance
     * @param metrics the meters in Prometheus' text format
     */
    record Settings(
            int port, Path page, List<String> models, boolean local, boolean billing, Supplier<String> metrics) {}

    private ChatServer() {}

    static Future<HttpServer> start(Vertx vertx, NeuralBox neuralBox, VisitorLimit limit, Settings settings) {
        return vertx.createHttpServer()
                .requestHandler(router(vertx, neuralBox, limit, settings))
                .listen(settings.port(), "127.0.0.1");
    }

    private static Router router(Vertx vertx, NeuralBox neuralBox, VisitorLimit limit, Settings settings) {
        Router router = Router.router(vertx);
        router.route().handler(new PageHeaders()).handler(new OwnHost());
        router.post("/api/chat")
                .handler(new SameOrigin())
                .handler(limit)
                .handler(new VertxChatBody(ChatLimits.DEFAULT))
                .handler(new VertxChatHandler(neuralBox, new ChatRequestReader(settings.models()), settings.billing()))
                .failureHandler(ChatServer::refuse);
        router.get("/api/chat/settings")
                .handler(routing -> routing.json(new JsonObject()
                        .put("models", settings.models())
                        .put("local", settings.local())
                        .put("billing", settings.billing())));
        router.get("/metrics").handler(routing -> metrics(routing.response(), settings));
        router.get()
                .handler(StaticHandler.create(
                                FileSystemAccess.ROOT,
                                settings.page().toAbsolutePath().toString())
                        .setCachingEnabled(false));
        return router;
    }

    private static void metrics(HttpServerResponse response, Settings settings) {
        response.putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(settings.metrics().get());
    }

    /** What a handler before the chat's own refuses: the body handler above all. */
    private static void refuse(RoutingContext routing) {
        int status = routing.statusCode() < 400 ? 500 : routing.statusCode();
        ChatRefusal refusal = status == 413
                ? new ChatRefusal(413, "request_too_large", "The request is too large.")
                : new ChatRefusal(status, "internal_error", "Something went wrong on the server.");
        Refusals.answer(routing, refusal);
    }
}
