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

    /** If the service names a cost twice, one that is not zero counts: no undocumented shape is free. */
    private boolean usedMayBeCost;

    private boolean spentMayBeCost;

    /** Reads one field of an object that may have other fields too. */
    void field(String name, JsonObjectReader reader) throws MalformedJsonException {
        switch (name) {
            case "tokens_used" -> {
                tokensUsed = reader.number();
                usedMayBeCost |= mayBeCost(tokensUsed, reader);
            }
            case "tokens_spent" -> {
                tokensSpent = reader.number();
                spentMayBeCost |= mayBeCost(tokensSpent, reader);
            }
            case "balance_remaining" -> balanceRemaining = reader.number();
            default -> {}
        }
    }

    /** The figures that were read. A figure that was no number is null. */
    Billing billing() {
        return Billing.of(cost(), balanceRemaining);
    }

    /** The figures of an object and of one within it. A cost of the inner one counts if the outer one has none. */
    Billing billing(BillingFields inner) {
        BigDecimal outer = cost();
        return Billing.of(
                inner.mayHaveCost() && !isCost(outer) ? inner.cost() : outer,
                balanceRemaining != null ? balanceRemaining : inner.balanceRemaining);
    }

    /** The cost under either name; null if one of them may be a cost, and none can be read. */
    private @Nullable BigDecimal cost() {
        if (isCost(tokensUsed)) {
            return tokensUsed;
        }
        if (isCost(tokensSpent)) {
            return tokensSpent;
        }
        return mayHaveCost() ? null : tokensUsed != null ? tokensUsed : tokensSpent;
    }

    private static boolean isCost(@Nullable BigDecimal figure) {
        return figure != null && figure.signum() != 0;
    }

    /** Whether a cost field holds anything but zero or null, readable or not. */
    boolean mayHaveCost() {
        return usedMayBeCost || spentMayBeCost;
    }

    /** The fields come after others of the same object, which were dropped. Their cost may still be one. */
    void after(BillingFields dropped) {
        usedMayBeCost |= dropped.mayHaveCost();
    }

    /** A value that is no number may be a cost too. */
    private static boolean mayBeCost(@Nullable BigDecimal figure, JsonObjectReader reader) {
        return figure == null ? !reader.isNull() : isCost(figure);
    }
}
