package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * Parses the credits that a generation cost, and those that are left, from the fields of an event or an answer. The service
 * has two names for the cost.
 */
final class BillingFields {

    private @Nullable BigDecimal tokensUsed;
    private @Nullable BigDecimal tokensSpent;
    private @Nullable BigDecimal balanceRemaining;
    private boolean usedMayBeCost;
    private boolean spentMayBeCost;

    /** Reads one field of an object that may have other fields too. */
    void field(String name, JsonObjectReader reader) throws MalformedJsonException {
        switch (name) {
            case "tokens_used" -> {
                tokensUsed = reader.number();
                usedMayBeCost = mayBeCost(tokensUsed, reader);
            }
            case "tokens_spent" -> {
                tokensSpent = reader.number();
                spentMayBeCost = mayBeCost(tokensSpent, reader);
            }
            case "balance_remaining" -> balanceRemaining = reader.number();
            default -> {}
        }
    }

    /** The figures that were read. A figure that was no number is null. */
    Billing billing() {
        return Billing.of(tokensUsed != null ? tokensUsed : tokensSpent, balanceRemaining);
    }

    /** Whether a cost field holds anything but zero or null, readable or not. */
    boolean mayHaveCost() {
        return usedMayBeCost || spentMayBeCost;
    }

    /** A value that is no number may be a cost too. */
    private static boolean mayBeCost(@Nullable BigDecimal figure, JsonObjectReader reader) {
        return figure == null ? !reader.isNull() : figure.signum() != 0;
    }
}
