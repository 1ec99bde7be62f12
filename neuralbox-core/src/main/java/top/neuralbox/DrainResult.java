package top.neuralbox;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of the calls that were under way when {@link NeuralBox#drain} was called. Immutable.
 *
 * @param completed how many calls ended by themselves, with a result or with a failure of their own; generations, polls and
 *     account lookups are counted
 * @param cut the calls that were cancelled, in the order in which they ended
 * @since 0.1.0
 */
public record DrainResult(int completed, List<Cut> cut) {

    /** Copies the list. */
    public DrainResult {
        cut = List.copyOf(cut);
    }

    /**
     * A call that the drain cancelled. Its caller received the same exception, unless a callback of the call did not return.
     *
     * @param info the generation; null for a poll or an account lookup
     * @param error the exception that the call ended with; it carries the text that had arrived. If a callback of the call did not
     *     return, it may carry only id and model
     */
    public record Cut(@Nullable GenerationInfo info, NeuralBoxException error) {

        /** Requires an exception. */
        public Cut {
            Objects.requireNonNull(error, "error");
        }

        /** The service's id of the generation; null if it had not arrived. */
        public @Nullable String id() {
            return error.partial().id();
        }

        /** Whether the generation was charged, as far as that is known. */
        public BillingState billingState() {
            return error.billingState();
        }

        /** The id, the model and the billing state. */
        @Override
        public String toString() {
            return "Cut[id=" + id() + ", model="
                    + (info == null ? error.partial().model() : info.model()) + ", billingState=" + billingState()
                    + "]";
        }
    }
}
