package top.neuralbox.examples.relay;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.concurrent.TimeUnit;
import top.neuralbox.NeuralBox;

class VertxChatHandlerTest implements ChatHandlerContract {

    @Override
    public RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader) throws Exception {
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.post("/api/chat")
                .handler(BodyHandler.create(false).setBodyLimit(ChatRequestReader.MAX_BODY))
                .handler(new VertxChatHandler(neuralBox, reader, false));
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return RunningServer.of(
                server.actualPort(),
                () -> vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS));
    }
}
