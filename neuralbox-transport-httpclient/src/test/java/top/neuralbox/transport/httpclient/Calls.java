package top.neuralbox.transport.httpclient;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** What the tests of this module do with calls again and again. */
final class Calls {

    private static final long PATIENCE_SECONDS = 20;

    private Calls() {}

    static TransportRequest.Builder post(URI uri) {
        return TransportRequest.builder("POST", uri)
                .header("Content-Type", "application/json")
                .body("{}".getBytes(UTF_8));
    }

    static TransportResponse head(TransportCall call) {
        return call.response()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    static TransportException failure(TransportCall call) {
        Throwable thrown = catchThrowable(() -> head(call));
        assertThat(thrown).isInstanceOf(CompletionException.class).hasCauseInstanceOf(TransportException.class);
        return (TransportException) thrown.getCause();
    }

    static RecordingSubscriber<ByteBuffer> subscribe(TransportResponse response) {
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        response.body().subscribe(body);
        return body;
    }

    static String text(TransportResponse response) {
        return text(subscribe(response).awaitCompletion());
    }

    static String text(List<ByteBuffer> buffers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer buffer : buffers) {
            byte[] content = new byte[buffer.remaining()];
            buffer.duplicate().get(content);
            all.writeBytes(content);
        }
        return all.toString(UTF_8);
    }
}
