package top.neuralbox.examples.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/**
 * The chat endpoint as an asynchronous servlet: no thread waits while an answer is generated. A container does not
 * see a reader of HTTP/1.1 leave until a write fails, so comments follow one another quickly.
 */
public final class ServletChatHandler extends HttpServlet {

    @Serial
    private static final long serialVersionUID = 1;

    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    private final transient NeuralBox neuralBox;
    private final transient ChatRequestReader reader;

    public ServletChatHandler(NeuralBox neuralBox, ChatRequestReader reader) {
        this.neuralBox = neuralBox;
        this.reader = reader;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            byte[] body = request.getInputStream().readNBytes(ChatRequestReader.MAX_BODY + 1);
            StreamRelay relay = StreamRelay.builder(neuralBox.publish(reader.read(body)))
                    .keepAlive(KEEP_ALIVE)
                    .build();
            AsyncContext async = request.startAsync();
            async.setTimeout(0); // The client's own time-outs end what takes too long.
            var unused = relay.head().thenAccept(head -> write(head, relay, async, response));
        } catch (ChatRefusal refusal) {
            response.setStatus(refusal.status());
            response.setContentType("application/json");
            response.getOutputStream().write(refusal.json());
        }
    }

    private static void write(
            StreamRelay.Head head, StreamRelay relay, AsyncContext async, HttpServletResponse response) {
        try {
            response.setStatus(head.status());
            head.headers().forEach(response::setHeader);
            response.getOutputStream()
                    .setWriteListener(new ServletBodyWriter(relay, async, response.getOutputStream()));
        } catch (IOException | RuntimeException e) {
            relay.cancel();
            async.complete();
        }
    }
}
