package top.neuralbox.examples.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/**
 * The chat endpoint as an asynchronous servlet: no thread waits while a request arrives or an answer is generated. A container
 * does not see a reader of HTTP/1.1 leave until a write fails, so comments follow one another quickly.
 */
public final class ServletChatHandler extends HttpServlet {

    @Serial
    private static final long serialVersionUID = 1;

    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    /** Until the head is sent, no comment is written, so a reader that leaves is not noticed. */
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(10);

    private final transient NeuralBox neuralBox;
    private final transient ChatRequestReader reader;
    private final transient ChatLimits limits;

    public ServletChatHandler(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) {
        this.neuralBox = neuralBox;
        this.reader = reader;
        this.limits = limits;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext async = request.startAsync();
        async.setTimeout(
                0); // It would bound the answer too. The body has a time of its own, and the client its time-outs.
        var unused = ServletBodyReader.read(request.getInputStream())
                .orTimeout(limits.bodyWithin().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((body, failure) -> answer(body, failure, async, response));
    }

    private void answer(
            byte @Nullable [] body, @Nullable Throwable failure, AsyncContext async, HttpServletResponse response) {
        try {
            if (body == null) {
                throw failure instanceof TimeoutException
                        ? new ChatRefusal(408, "request_timeout", "The request took too long to arrive.")
                        : new ChatRefusal(400, "bad_request", "The request did not arrive.");
            }
            StreamRelay relay = StreamRelay.builder(neuralBox.publish(reader.read(body)))
                    .keepAlive(KEEP_ALIVE)
                    .headWithin(HEAD_WITHIN)
                    .readerPatience(limits.readerPatience())
                    .build();
            var unused = relay.head().thenAccept(head -> write(head, relay, async, response));
        } catch (ChatRefusal refusal) {
            refuse(refusal, async, response);
        } catch (Throwable unexpected) {
            // Nobody else would end the request.
            refuse(new ChatRefusal(500, "internal_error", "The request failed."), async, response);
        }
    }

    /** The rest of a body that nobody wants is not waited for, so the connection ends with the refusal. */
    private static void refuse(ChatRefusal refusal, AsyncContext async, HttpServletResponse response) {
        try {
            response.setStatus(refusal.status());
            response.setContentType("application/json");
            if (refusal.status() == 408 || refusal.status() == 413) {
                response.setHeader("Connection", "close");
            }
            response.getOutputStream().write(refusal.json());
        } catch (IOException gone) {
            // The reader has left; there is nobody to refuse.
        } finally {
            async.complete();
        }
    }

    private static void write(
            StreamRelay.Head head, StreamRelay relay, AsyncContext async, HttpServletResponse response) {
        try {
            response.setStatus(head.status());
            head.headers().forEach(response::setHeader);
            response.getOutputStream()
                    .setWriteListener(new ServletBodyWriter(relay, async, response.getOutputStream()));
        } catch (Throwable e) {
            relay.cancel();
            async.complete();
        }
    }
}
