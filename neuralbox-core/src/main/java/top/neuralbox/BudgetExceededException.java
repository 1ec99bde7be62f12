package top.neuralbox;

import java.io.Serial;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A generation might cost more than a budget has left. Nothing was sent.
 *
 * @since 0.1.0
 */
public final class BudgetExceededException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    private final String budget;
    private final BigDecimal limit;
    private final BigDecimal asked;

    /**
     * The refusal of a {@link CreditGuard}.
     *
     * @param budget which of its limits has not enough left
     * @param limit that limit, in credits
     * @param asked credits that were to be set aside
     * @param renewal how long until the limit counts anew; null if it never does
     */
    public BudgetExceededException(String budget, BigDecimal limit, BigDecimal asked, @Nullable Duration renewal) {
        super(
                "the budget " + budget + " of " + limit.toPlainString() + " credits has not the "
                        + asked.toPlainString() + " left that this generation may cost; nothing was sent",
                null,
                CallFacts.NONE.with(BillingState.NOT_CHARGED, renewal));
        this.budget = budget;
        this.limit = limit;
        this.asked = asked;
    }

    /** Which limit has not enough left. */
    public String budget() {
        return budget;
    }

    /** That limit, in credits. */
    public BigDecimal limit() {
        return limit;
    }

    /** Credits that were to be set aside. */
    public BigDecimal asked() {
        return asked;
    }
}
