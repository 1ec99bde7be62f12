package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

@ExtendWith(Guide.class)
class TimeoutsAndRetriesPageTest {

    @Test
    void clientAndRequestHaveTheirTimeouts() {
        Timeouts timeouts = Timeouts.builder()
                .connect(Duration.ofSeconds(3))
                .firstEvent(Duration.ofMinutes(5))
                .total(Duration.ofMinutes(15))
                .build();
        NeuralBox neuralBox = NeuralBox.builder().timeouts(timeouts).build();

        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5-mini")
                .message(Message.user("One word, please"))
                .timeouts(timeouts.toBuilder().total(Duration.ofSeconds(5)).build())
                .build();

        assertThat(request.timeouts().firstEvent()).isEqualTo(Duration.ofMinutes(5));
        assertThat(neuralBox.generate(request).text()).isNotEmpty();
        neuralBox.close();
    }

    @Test
    void timeoutNamesItsTimer(Guide guide) {
        guide.service().misbehave(Fault.stallAfter(0));
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("Write a haiku"))
                .timeouts(Timeouts.builder().firstEvent(Duration.ofMillis(50)).build())
                .build();
        NeuralBox neuralBox = NeuralBox.create();

        try {
            neuralBox.generate(request);
        } catch (GenerationTimeoutException e) {
            System.err.println(e.timer() + " after " + e.limit() + ", " + e.billingState());
        }

        assertThat(guide.printed()).isEqualTo("FIRST_EVENT after PT0.05S, UNKNOWN\n");
        neuralBox.close();
    }

    @Test
    void refusalThatCostNothingIsSentAgain(Guide guide) {
        guide.service().misbehave(Fault.refuse(503, "model_unavailable", "overloaded"));

        RetryPolicy policy = RetryPolicy.builder()
                .maxRetries(3)
                .firstDelay(Duration.ofMillis(200))
                .maxWait(Duration.ofMinutes(1))
                .build();
        NeuralBox neuralBox = NeuralBox.builder().retryPolicy(policy).build();

        neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
        assertThat(guide.service().requestCount()).isEqualTo(2);
        neuralBox.close();
    }

    @Test
    void keyIsAskedForBeforeEachAttempt(Guide guide) {
        guide.service().misbehave(Fault.refuse(401, "token_expired", "expired"));
        Vault vault = new Vault();

        NeuralBox neuralBox =
                NeuralBox.builder().asyncApiKeySupplier(vault::currentKey).build();

        neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
        assertThat(guide.service().requests().get(1).header("Authorization"))
                .isNotEqualTo(guide.service().requests().get(0).header("Authorization"));
        neuralBox.close();
    }

    /** Gives another key each time. */
    private static final class Vault {

        private int version;

        private CompletionStage<String> currentKey() {
            return CompletableFuture.completedFuture(LocalNeuralBox.apiKey() + version++);
        }
    }
}
