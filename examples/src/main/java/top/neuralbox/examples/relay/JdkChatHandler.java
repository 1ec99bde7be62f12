package top.neuralbox.examples.relay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/**
 * The chat endpoint on the JDK's own server, with a thread for each reader: serve it with {@link JdkChatServer}. This server does
 * not see a reader leave until a write fails, so comments follow one another quickly.
 */
public final class JdkChatHandler implements HttpHandler {

    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    /** Until the head is sent, no comment is written, so a reader that leaves is not noticed. */
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(10);

    private final NeuralBox neuralBox;
    private final ChatRequestReader reader;
    private final ChatLimits limits;

    public JdkChatHandler(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) {
        this.neuralBox = neuralBox;
        this.reader = reader;
        this.limits = limits;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            write(relay(exchange), exchange);
        } catch (ChatRefusal refusal) {
            refuse(exchange, refusal);
        } finally {
            // Writes the end of the answer.
            withinPatience(exchange::close);
        }
    }

    private void write(StreamRelay relay, HttpExchange exchange) throws IOException {
        try {
            StreamRelay.Head head = relay.head().join();
            head.headers().forEach(exchange.getResponseHeaders()::set);
            withinPatience(() -> exchange.sendResponseHeaders(head.status(), 0));
            relay.writeTo(new TimedOutput(exchange.getResponseBody()));
        } finally {
            // If the head could not be sent, the paid stream would go on. After its end this does nothing.
            relay.cancel();
        }
    }

    private StreamRelay relay(HttpExchange exchange) throws IOException, ChatRefusal {
        byte[] body = SocketDeadline.within(
                limits.bodyWithin(), () -> exchange.getRequestBody().readNBytes(ChatRequestReader.MAX_BODY + 1));
        return StreamRelay.builder(neuralBox.publish(reader.read(body)))
                .keepAlive(KEEP_ALIVE)
                .headWithin(HEAD_WITHIN)
                .readerPatience(limits.readerPatience())
                .build();
    }

    /** Bounds this time too: when it closes the exchange, the server reads up to 64 KiB more of the body. */
    private void refuse(HttpExchange exchange, ChatRefusal refusal) throws IOException {
        SocketDeadline.within(limits.bodyWithin(), () -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(refusal.status(), refusal.json().length);
            exchange.getResponseBody().write(refusal.json());
            // A newer JDK would otherwise read the rest of the body first, and keep the refusal to itself until then.
            exchange.getResponseBody().flush();
            exchange.close();
            return null;
        });
    }

    /** What writes. */
    private interface Write {
        void run() throws IOException;
    }

    /** Bounds a write: a relay stops the generation of a reader that takes nothing, but cannot end the write for it. */
    private void withinPatience(Write write) throws IOException {
        SocketDeadline.within(limits.readerPatience(), () -> {
            write.run();
            return null;
        });
    }

    /** Bounds each write of the body. */
    private final class TimedOutput extends FilterOutputStream {

        TimedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            withinPatience(() -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            withinPatience(out::flush);
        }
    }
}
