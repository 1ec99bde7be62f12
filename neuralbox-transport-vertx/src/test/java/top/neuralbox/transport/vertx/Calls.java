package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportResponse;

/** Waits for what calls come to. */
final class Calls {

    /** Cold classes of the engine take seconds on a busy machine. */
    static final long PATIENCE_SECONDS = 20;

    private Calls() {}

    static TransportResponse head(TransportCall call) throws Exception {
        return call.response().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static TransportException failure(TransportCall call) throws Exception {
        try {
            throw new AssertionError("the call did not fail: " + head(call));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TransportException.class);
            return (TransportException) e.getCause();
        }
    }

    static RecordingSubscriber<ByteBuffer> subscribe(TransportResponse response) {
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        response.body().subscribe(body);
        return body;
    }

    /** The whole content. */
    static String text(TransportResponse response) {
        return text(subscribe(response).awaitCompletion());
    }

    static String text(List<ByteBuffer> buffers) {
        StringBuilder text = new StringBuilder();
        buffers.forEach(buffer -> text.append(StandardCharsets.UTF_8.decode(buffer.duplicate())));
        return text.toString();
    }

    /** What was asked of the event loops before, and what then lay in their sockets, is done after this. */
    static void awaitTurnsOfTheEventLoops(VertxTransport transport, int turns) throws Exception {
        for (int turn = 0; turn < turns; turn++) {
            for (Context loop : transport.eventLoops()) {
                CompletableFuture<Void> passed = new CompletableFuture<>();
                loop.runOnContext(passed::complete);
                passed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }
}
