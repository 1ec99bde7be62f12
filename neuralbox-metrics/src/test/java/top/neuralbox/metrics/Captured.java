package top.neuralbox.metrics;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What the core says of a generation, taken from a real one, to drive a recording by hand at times of a test's choice. */
record Captured(GenerationInfo info, GenerationOutcome outcome) {

    static final String START = "data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}\n\n";
    static final String DELTA = "data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n";
    static final String END = "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3,"
            + " \"balance_remaining\": 297}\n\n";
    static final String DONE = "data: [DONE]\n\n";

    /** A complete stream whose head tells the requests that the account has left. */
    static FakeAnswer withLimits(long hourly, long daily) {
        FakeAnswer.Builder answer = FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .header("X-RateLimit-Limit-Hour", "100")
                .header("X-RateLimit-Remaining-Hour", String.valueOf(hourly))
                .header("X-RateLimit-Limit-Day", "1000")
                .header("X-RateLimit-Remaining-Day", String.valueOf(daily));
        List.of(START, DELTA, DELTA, END, DONE).forEach(answer::chunk);
        return answer.build();
    }

    static Captured completed() {
        return of(FakeAnswer.eventStream(START, DELTA, END, DONE));
    }

    static Captured of(FakeAnswer answer) {
        // In memory all happens on this thread, so the end has come when run returns.
        AtomicReference<@Nullable GenerationInfo> info = new AtomicReference<>();
        AtomicReference<@Nullable GenerationOutcome> outcome = new AtomicReference<>();
        run(new FakeTransport().answer(answer), started -> {
            info.set(started);
            return outcome::set;
        });
        return new Captured(Objects.requireNonNull(info.get()), Objects.requireNonNull(outcome.get()));
    }

    /** Asks for one generation and waits for its end, whatever it is. */
    static void run(FakeTransport transport, GenerationListener... listeners) {
        try (NeuralBox client = client(transport, "default", listeners)) {
            var unused = client.generateAsync(GenerationRequest.of("gpt-5", "hello"))
                    .handle((generation, error) -> error)
                    .join();
        }
    }

    static NeuralBox client(FakeTransport transport, String name, GenerationListener... listeners) {
        NeuralBox.Builder builder = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(1)).build())
                .name(name);
        for (GenerationListener listener : listeners) {
            builder.listener(listener);
        }
        return builder.build();
    }
}
