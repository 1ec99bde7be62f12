package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** A transport under test and its server. */
final class TransportFixture implements AutoCloseable {

    /** How soon a server must see a close (rules 4 and 10), if the machine does not stand still meanwhile. */
    static final Duration PROMPTLY = Duration.ofSeconds(1);

    /** How long a test waits for an event without a deadline in the contract. Cold engines take seconds to start. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ScriptedServer server;
    private final Transport transport;

    private TransportFixture(ScriptedServer server, Transport transport) {
        this.server = server;
        this.transport = transport;
    }

    static TransportFixture start(TransportContract contract) {
        return start(contract, TransportConfig.defaults());
    }

    /** Starts with a pool of one connection, so that the call after a complete exchange uses the same connection. */
    static TransportFixture startWithOneConnection(TransportContract contract) {
        return start(contract, TransportConfig.builder().maxConnections(1).build());
    }

    static TransportFixture start(TransportContract contract, TransportConfig config) {
        return start(contract, config, ScriptedServer.start());
    }

    static TransportFixture start(TransportContract contract, TransportConfig config, ScriptedServer server) {
        return new TransportFixture(server, contract.transport(config));
    }

    ScriptedServer server() {
        return server;
    }

    Transport transport() {
        return transport;
    }

    /** A request like those of core, to the server of this fixture. */
    TransportRequest.Builder post() {
        return TransportRequest.builder("POST", server.uri("/api/v2/generate"))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .body("{\"stream\": true}".getBytes(StandardCharsets.UTF_8));
    }

    TransportCall start() {
        return transport.start(post().build());
    }

    TransportCall start(Script script) {
        server.answer(script);
        return start();
    }

    /** Starts a call and waits for its head. */
    TransportResponse exchange(Script script) {
        return head(start(script));
    }

    /** Performs one complete exchange, so that its connection is idle in the pool. */
    void completeOneExchange() {
        assertThat(text(exchange(Script.response(200, "warm")))).isEqualTo("warm");
        server.awaitRequest();
    }

    static TransportResponse head(TransportCall call) {
        try {
            return call.response().toCompletableFuture().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return fail("the call failed: " + describe(cause(e)), cause(e));
        } catch (TimeoutException e) {
            return fail("no response head within " + PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    /** The call, or where nothing of it was sent as its connection ended, another one: core sends such a request again. */
    static TransportCall orAgain(TransportCall call, Supplier<TransportCall> again) {
        CompletableFuture<TransportResponse> response = call.response().toCompletableFuture();
        Gate settled = new Gate();
        var unused = response.whenComplete((head, error) -> settled.open());
        settled.await(PATIENCE);
        if (!response.isCompletedExceptionally()) {
            return call;
        }
        assertKind(failure(call), TransportException.Kind.LOST);
        assertThat(call.mayHaveBeenSent()).isFalse();
        return again.get();
    }

    /** How a call failed that has no head. */
    static TransportException failure(TransportCall call) {
        return failure(call, PATIENCE);
    }

    static TransportException failure(TransportCall call, Duration patience) {
        Gate settled = new Gate();
        CompletableFuture<TransportResponse> response = call.response().toCompletableFuture();
        var unused = response.whenComplete((head, error) -> settled.open());
        settled.await(patience);
        try {
            return fail("the call did not fail: " + response.join());
        } catch (CompletionException e) {
            return transportException(Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    /** The failure of a body. */
    static TransportException failure(RecordingSubscriber<ByteBuffer> body) {
        return transportException(body.awaitError());
    }

    /** All that a log may show of a failure: its messages, those of its causes and those of suppressed exceptions. */
    static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    /** Compares kinds. On a difference, the assertion also shows the failure itself. */
    static void assertKind(TransportException failure, TransportException.Kind... expected) {
        assertThat(failure.kind())
                .as(() -> "kind of " + failure + ", caused by " + failure.getCause())
                .isIn((Object[]) expected);
    }

    static RecordingSubscriber<ByteBuffer> subscribe(TransportResponse response) {
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        response.body().subscribe(body);
        return body;
    }

    static RecordingSubscriber<ByteBuffer> subscribeWithoutDemand(TransportResponse response) {
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        response.body().subscribe(body);
        body.awaitSubscription();
        return body;
    }

    static byte[] bytes(TransportResponse response) {
        return bytes(subscribe(response).awaitCompletion());
    }

    static String text(TransportResponse response) {
        return new String(bytes(response), StandardCharsets.UTF_8);
    }

    static String text(List<ByteBuffer> buffers) {
        return new String(bytes(buffers), StandardCharsets.UTF_8);
    }

    /** The content of buffers, without changing their positions. */
    static byte[] bytes(List<ByteBuffer> buffers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer buffer : buffers) {
            byte[] content = new byte[buffer.remaining()];
            buffer.duplicate().get(content);
            all.writeBytes(content);
        }
        return all.toByteArray();
    }

    /** Closes the transport and then the server. A close that never returns fails the test instead of stopping the suite. */
    @Override
    public void close() {
        try {
            CompletableFuture<Void> closed = new CompletableFuture<>();
            Thread closing = new Thread(
                    () -> {
                        try {
                            transport.close();
                            closed.complete(null);
                        } catch (Throwable e) {
                            closed.completeExceptionally(e);
                        }
                    },
                    "testkit-closing");
            closing.setDaemon(true);
            closing.start();
            assertThat(closed).as("close of the transport").succeedsWithin(PATIENCE);
        } finally {
            server.close();
        }
    }

    private static Throwable cause(ExecutionException e) {
        return Objects.requireNonNullElse(e.getCause(), e);
    }

    private static TransportException transportException(Throwable failure) {
        if (failure instanceof TransportException expected) {
            return expected;
        }
        return fail("not a TransportException: " + describe(failure), failure);
    }

    private static String describe(Throwable failure) {
        return failure instanceof TransportException expected ? expected.kind() + ", " + expected : failure.toString();
    }
}
