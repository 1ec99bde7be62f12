package top.neuralbox.quarkus;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.ValidationException;

/**
 * Keeps how the last generations ended, for the health check. It sends nothing: a probe every ten seconds would use up the
 * account's requests of an hour. Cancelled generations, refusals of this client, and requests that the service does not accept are
 * passed over, because they say nothing about the service. A budget that cannot reach its store is a refusal of this client.
 */
@Singleton
@Priority(Integer.MIN_VALUE)
final class LastOutcomes implements GenerationListener {

    /** The state of the service, as far as the last generations tell it. */
    enum State {
        /** No generation has ended yet, or the last failure is too old. */
        UNKNOWN,
        /** The last generation that counts completed. */
        UP,
        /** It failed, not long ago. */
        DOWN
    }

    /** How long a failure counts. Otherwise an application that sends nothing afterwards would be down for ever. */
    private static final Duration FAILURE_COUNTS_FOR = Duration.ofMinutes(5);

    private record Completed(Instant at) {}

    private record Failed(Instant at, String error) {}

    private final Clock clock;
    private volatile @Nullable Completed completed;
    private volatile @Nullable Failed failed;

    @Inject
    LastOutcomes() {
        this(Clock.systemUTC());
    }

    LastOutcomes(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Observer started(GenerationInfo info) {
        return this::ended;
    }

    private void ended(GenerationOutcome outcome) {
        NeuralBoxException error = outcome.error();
        if (error == null) {
            completed = new Completed(clock.instant());
        } else if (outcome.kind() != GenerationOutcome.Kind.CANCELLED && concernsTheService(error)) {
            failed = new Failed(clock.instant(), error.getClass().getSimpleName());
        }
    }

    private static boolean concernsTheService(NeuralBoxException error) {
        return !(error instanceof AdmissionRefusedException
                || error instanceof BudgetExceededException
                || error instanceof BudgetUnavailableException
                || error instanceof ValidationException);
    }

    State state() {
        Completed good = completed;
        Failed bad = failed;
        if (bad != null && (good == null || bad.at().isAfter(good.at()))) {
            boolean fresh = age(bad.at()).compareTo(FAILURE_COUNTS_FOR) <= 0;
            return fresh ? State.DOWN : State.UNKNOWN;
        }
        return good == null ? State.UNKNOWN : State.UP;
    }

    /** Ages and the type of the error. Its message is left out: it may quote the service. */
    Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        Completed good = completed;
        if (good != null) {
            details.put("lastCompleted", age(good.at()) + " ago");
        }
        Failed bad = failed;
        if (bad != null) {
            details.put("lastFailed", age(bad.at()) + " ago");
            details.put("lastError", bad.error());
        }
        return details;
    }

    private Duration age(Instant at) {
        return Duration.ofSeconds(Duration.between(at, clock.instant()).toSeconds());
    }
}
