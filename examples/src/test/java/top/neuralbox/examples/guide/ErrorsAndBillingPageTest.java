package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.BillingState;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.local.Fault;

@ExtendWith(Guide.class)
class ErrorsAndBillingPageTest {

    private final NeuralBox neuralBox = NeuralBox.create();
    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @AfterEach
    void close() {
        neuralBox.close();
    }

    @Test
    void failureSaysWhenToComeBack(Guide guide) {
        guide.service().misbehave(Fault.rateLimited(Duration.ofHours(1)));

        HaikuOrReason.main(new String[0]);

        assertThat(guide.printed()).isEqualTo("come back in PT1H\n");
    }

    @Test
    void failureSaysWhatItCostAndWhatArrived(Guide guide) {
        guide.service().misbehave(Fault.withoutEnd());

        HaikuOrReason.main(new String[0]);

        assertThat(guide.printed()).contains("charge: UNKNOWN\ntext so far: Here is a short story");
    }

    @Test
    void brokenStreamLeavesWhatArrived(Guide guide) {
        guide.service().misbehave(Fault.withoutEnd());

        try (GenerationStream stream = neuralBox.stream(request)) {
            stream.textDeltas().forEach(System.out::print);
        } catch (StreamBrokenException e) {
            System.out.println(" […]");
            System.err.println(e.kind() + " after " + e.partial().text().length() + " characters of "
                    + e.partial().id() + ", charge " + e.billingState());
        }

        assertThat(guide.printed())
                .startsWith("Here is a short story")
                .containsPattern(" \\[…]\nTRUNCATED after \\d+ characters of gen_\\d+, charge UNKNOWN\n$");
    }

    @Test
    void balanceTellsWhatAnUnknownChargeWas(Guide guide) {
        BigDecimal before = neuralBox.account().balance().credits();
        guide.service().misbehave(Fault.cutAfter(200));

        try {
            neuralBox.generate(request);
        } catch (NeuralBoxException e) {
            if (e.billingState() == BillingState.UNKNOWN) {
                neuralBox.account().forget();
                BigDecimal after = neuralBox.account().balance().credits();
                System.err.println("it cost " + before.subtract(after) + " credits");
            }
        }

        assertThat(guide.printed()).isEqualTo("it cost 0 credits\n");
    }

    @Test
    void futureFailsWithTheSameException(Guide guide) {
        guide.service().misbehave(Fault.rateLimited(Duration.ofHours(1)));

        CompletableFuture<String> text = neuralBox
                .generateAsync(request)
                .thenApply(Generation::text)
                .exceptionally(error -> {
                    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                    return cause instanceof RateLimitException ? "Please come back later." : "Something went wrong.";
                });

        assertThat(text.join()).isEqualTo("Please come back later.");
    }
}
