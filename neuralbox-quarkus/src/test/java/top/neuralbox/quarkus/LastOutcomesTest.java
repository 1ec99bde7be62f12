package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.CreditGuard;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

class LastOutcomesTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    };
    private final LastOutcomes outcomes = new LastOutcomes(clock);
    private final LocalNeuralBox service = LocalNeuralBox.start();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void failureOfTheServiceCountsForFiveMinutes() {
        service.misbehave(Fault.refuse(500, "internal_error", "Something broke."));
        try (NeuralBox neuralBox = client().build()) {
            fail(neuralBox, NeuralBoxException.class);
        }

        assertThat(outcomes.state()).isEqualTo(LastOutcomes.State.DOWN);
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(5)));
        assertThat(outcomes.state()).isEqualTo(LastOutcomes.State.DOWN);
        assertThat(outcomes.details()).containsEntry("lastFailed", "PT5M ago").containsKey("lastError");
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(5)).plusSeconds(1));
        assertThat(outcomes.state()).isEqualTo(LastOutcomes.State.UNKNOWN);
    }

    @Test
    void budgetThatCannotReachItsStoreSaysNothingAboutTheService() {
        CreditGuard lost = (request, info, account) ->
                CompletableFuture.failedFuture(new BudgetUnavailableException("Redis is lost", null));
        try (NeuralBox neuralBox = client().budget(lost).build()) {
            fail(neuralBox, BudgetUnavailableException.class);
        }

        assertThat(outcomes.state()).isEqualTo(LastOutcomes.State.UNKNOWN);
        assertThat(outcomes.details()).isEmpty();
    }

    private static void fail(NeuralBox neuralBox, Class<? extends NeuralBoxException> type) {
        assertThatThrownBy(() -> neuralBox.generate(REQUEST)).isInstanceOf(type);
    }

    private NeuralBox.Builder client() {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .retryPolicy(RetryPolicy.none())
                .listener(outcomes);
    }
}
