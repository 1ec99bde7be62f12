package top.neuralbox.testkit.local;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** Prints one line about each generate request that has ended. The line has no key, no prompt and no text of the answer. */
final class GenerationLog {

    private final @Nullable PrintStream out;

    /**
     * @param out null to print nothing
     */
    GenerationLog(@Nullable PrintStream out) {
        this.out = out;
    }

    /** A generation that has an id, whatever became of it. */
    void ended(Object id, LocalModel model, Outcome outcome) {
        BigDecimal credits = outcome == Outcome.COMPLETED ? model.price() : BigDecimal.ZERO;
        print(id + " " + model.slug() + " " + name(outcome) + ", " + credits.toPlainString()
                + (credits.compareTo(BigDecimal.ONE) == 0 ? " credit" : " credits"));
    }

    /** A request for which nothing was generated. */
    void refused(int status) {
        print(name(Outcome.REFUSED) + " with status " + status + ", 0 credits");
    }

    private void print(String line) {
        if (out != null) {
            out.println(line);
        }
    }

    private static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
