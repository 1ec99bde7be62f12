package consumer;

import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.concurrent.TimeUnit;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.vertx.VertxTransport;

/** An application on Vert.x: it hands in its own, generates on an event loop, and has it still when the transport is closed. */
public final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        Vertx vertx = Vertx.vertx();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions());
                NeuralBox neuralBox = Story.client(service).transport(transport).build()) {
            Story.stream(neuralBox);
            generateOnAnEventLoop(vertx, neuralBox);
        }
        vertx.timer(1).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void generateOnAnEventLoop(Vertx vertx, NeuralBox neuralBox) throws Exception {
        GenerationRequest request = GenerationRequest.of("gpt-5", "robots");
        String text = io.vertx.core.Future.future(promise -> vertx.runOnContext(onLoop -> neuralBox
                        .generateAsync(request)
                        .thenAccept(generation -> promise.complete(generation.text()))
                        .exceptionally(failure -> {
                            promise.fail(failure);
                            return null;
                        })))
                .map(String.class::cast)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        Story.require(text.contains("“robots”"), "another text: " + text);
    }
}
