package consumer;

import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.vertx.VertxTransport;

/** An application whose versions of Vert.x and Netty do not serve: it is told so in a sentence when it makes a client. */
public final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            expectRefusal(() -> Story.client(service).build());
        }
        expectRefusal(VertxTransport::create);
        // With nothing: where Netty is the wrong one, an application cannot make these.
        expectRefusal(() -> VertxTransport.create(null, null));
    }

    private static void expectRefusal(Runnable creation) {
        String message;
        try {
            creation.run();
            message = "nothing";
        } catch (IllegalStateException e) {
            message = e.getMessage();
        }
        System.out.println(message);
        String found = System.getProperty("consumer.refusal");
        Story.require(
                message.startsWith("The Vert.x transport needs Vert.x 5 with Netty 4.2, but finds " + found),
                "does not say that it finds " + found + ": " + message);
    }
}
