package top.neuralbox.quarkus;

import jakarta.annotation.Priority;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/**
 * Logs one line for each generation that failed. The reader of a relay gets only a code, so without this line no log would show
 * the failure. Cancelled generations are not logged: each reader who leaves would make a line. Refusals by an admission or a
 * budget are not logged either: there may be thousands, and the meters count them. The line leaves out the message of the error,
 * which may quote the service.
 */
@Singleton
@Priority(Integer.MIN_VALUE)
final class FailureLog implements GenerationListener {

    /** A logger of its own, so that it can be switched off by itself. */
    static final String NAME = "top.neuralbox.quarkus.generations";

    private static final Logger LOG = System.getLogger(NAME);

    FailureLog() {}

    @Override
    public Observer started(GenerationInfo info) {
        return FailureLog::ended;
    }

    private static void ended(GenerationOutcome outcome) {
        NeuralBoxException error = outcome.error();
        if (error != null && outcome.kind() != GenerationOutcome.Kind.CANCELLED && !isOwnRefusal(error)) {
            LOG.log(
                    Level.WARNING,
                    "a generation failed: {0}, status {1}, phase {2}, attempts {3}, id {4}, request id {5}, billing state {6}",
                    error.getClass().getSimpleName(),
                    orNone(error.status()),
                    error.phase(),
                    outcome.attempts(),
                    orNone(outcome.id()),
                    orNone(error.requestId()),
                    outcome.billingState());
        }
    }

    private static boolean isOwnRefusal(NeuralBoxException error) {
        return error instanceof AdmissionRefusedException || error instanceof BudgetExceededException;
    }

    /** As a text: a number would get commas. */
    private static String orNone(@Nullable Object value) {
        return value == null ? "none" : value.toString();
    }
}
