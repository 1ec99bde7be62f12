package top.neuralbox;

import java.io.Serial;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A generation might cost more than a budget has left, or a limit of requests is reached. The request was not sent. Earlier
 * attempts may have been sent, but were not charged. {@link #retryAfter()} is the time until the limit has more left; null if
 * the limit never renews.
 *
 * @since 0.1.0
 */
public final class BudgetExceededException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    private final String budget;
    private final BudgetUnit unit;
    private final BigDecimal limit;
    private final BigDecimal asked;

    /** A refusal of credits by a {@link CreditGuard}; the parameters are those of the other constructor. */
    public BudgetExceededException(String budget, BigDecimal limit, BigDecimal asked, @Nullable Duration renewal) {
        this(budget, BudgetUnit.CREDITS, limit, asked, renewal);
    }

    /**
     * A refusal by a {@link CreditGuard}.
     *
     * @param budget the name of the limit that does not have enough left
     * @param unit what it counts
     * @param limit that limit, in its unit
     * @param asked the amount that the guard was to reserve
     * @param renewal the time until the limit has more left; null if the limit never renews
     */
    public BudgetExceededException(
            String budget, BudgetUnit unit, BigDecimal limit, BigDecimal asked, @Nullable Duration renewal) {
        this(
                message(budget, unit, limit, asked),
                budget,
                unit,
                limit,
                asked,
                CallFacts.NONE.with(BillingState.NOT_CHARGED, renewal));
    }

    private BudgetExceededException(
            String message, String budget, BudgetUnit unit, BigDecimal limit, BigDecimal asked, CallFacts facts) {
        super(message, null, facts);
        this.budget = budget;
        this.unit = unit;
        this.limit = limit;
        this.asked = asked;
    }

    /**
     * The same refusal, in the course of a call. Its renewal is kept. The billing state is the call's: the refusal of a question
     * says nothing about the bill of the generation that was asked about.
     */
    BudgetExceededException in(CallFacts facts) {
        return new BudgetExceededException(
                String.valueOf(getMessage()),
                budget,
                unit,
                limit,
                asked,
                facts.with(facts.billingState(), retryAfter()));
    }

    /** The name of the limit that does not have enough left. */
    public String budget() {
        return budget;
    }

    /** What the limit counts. */
    public BudgetUnit unit() {
        return unit;
    }

    /** That limit, in its unit. */
    public BigDecimal limit() {
        return limit;
    }

    /** The amount that the guard was to reserve. */
    public BigDecimal asked() {
        return asked;
    }

    private static String message(String budget, BudgetUnit unit, BigDecimal limit, BigDecimal asked) {
        return unit == BudgetUnit.REQUESTS
                ? "the limit of " + limit.toPlainString() + " " + budget + " is reached; the request was not sent"
                : "this generation may cost " + asked.toPlainString() + " credits, more than the budget " + budget
                        + " has left of " + limit.toPlainString() + " credits; nothing was sent";
    }
}
