package top.neuralbox;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import top.neuralbox.concurrent.BlockingGuard;
import top.neuralbox.transport.BodyPublisher;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * A transport whose only answer is in memory. Generations on it load and initialize the classes that the first call needs. No
 * key is asked for, and no listener or budget is notified.
 */
final class Rehearsal implements Transport {

    private static final String ANSWER = """
            data: {"type": "generation_start", "id": "gen_rehearsal", "model": "rehearsal"}

            data: {"type": "content_delta", "delta": "warm"}

            data: {"type": "generation_end", "id": "gen_rehearsal", "tokens_used": 1, "balance_remaining": 1}

            data: [DONE]

            """;

    private static final Runnable NOTHING = () -> {};

    private Rehearsal() {}

    /** Generates without blocking. */
    static CompletableFuture<Generation> run(ClientSettings real) {
        CompletionStage<ApiKey> key = CompletableFuture.completedFuture(ApiKey.of("nb_rehearsal"));
        ClientSettings settings = new ClientSettings(
                real.name(),
                URI.create("http://localhost/"),
                () -> key,
                Map.of(),
                real.userAgent(),
                new Rehearsal(),
                Timeouts.defaults(),
                RetryPolicy.none(),
                Limits.defaults(),
                List.of(),
                null,
                real.callbacks(),
                null,
                null,
                null,
                real.delayer(),
                real.random());
        GenerationRequest request = GenerationRequest.of("rehearsal", "warm");
        // Not closed: there is nothing to release, and the threads are those of the real client.
        NeuralBox client = new NeuralBox(settings, new BlockingGuard(List.of()), NOTHING);
        // Not read: this may be the only thread that is left for the callbacks of calls.
        client.stream(request).close();
        return client.generateAsync(request);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        request.onSent().run();
        BodyPublisher body = new BodyPublisher(new Unlimited());
        body.offer(ByteBuffer.wrap(ANSWER.getBytes(StandardCharsets.UTF_8)));
        body.complete();
        TransportResponse response =
                TransportResponse.of(200, Map.of("Content-Type", List.of("text/event-stream")), body, NOTHING);
        return new Answered(CompletableFuture.completedFuture(response));
    }

    @Override
    public String name() {
        return "rehearsal";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return false;
    }

    @Override
    public void close() {}

    private record Answered(CompletionStage<TransportResponse> response) implements TransportCall {

        @Override
        public boolean mayHaveBeenSent() {
            return true;
        }

        @Override
        public void cancel() {}
    }

    private static final class Unlimited implements BodyPublisher.Source {

        @Override
        public void taken(int bytes) {}

        @Override
        public void abandoned() {}
    }
}
