package top.neuralbox.examples.relay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/**
 * The chat endpoint on the JDK's own server, with a thread for each reader. This server does not see a reader leave
 * until a write fails, so comments follow one another quickly.
 */
public final class JdkChatHandler implements HttpHandler {

    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    private final NeuralBox neuralBox;
    private final ChatRequestReader reader;

    public JdkChatHandler(NeuralBox neuralBox, ChatRequestReader reader) {
        this.neuralBox = neuralBox;
        this.reader = reader;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            byte[] body = exchange.getRequestBody().readNBytes(ChatRequestReader.MAX_BODY + 1);
            StreamRelay relay = StreamRelay.builder(neuralBox.publish(reader.read(body)))
                    .keepAlive(KEEP_ALIVE)
                    .build();
            StreamRelay.Head head = relay.head().join();
            head.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(head.status(), 0);
            relay.writeTo(exchange.getResponseBody());
        } catch (ChatRefusal refusal) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(refusal.status(), refusal.json().length);
            exchange.getResponseBody().write(refusal.json());
        } finally {
            exchange.close();
        }
    }
}
