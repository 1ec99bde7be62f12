package top.neuralbox.budget;

import java.math.BigDecimal;

/**
 * How a limit is used, in credits.
 *
 * @param spent what settled generations did cost
 * @param reserved what is set aside for generations that run
 * @param unsettled what is set aside for generations of which is not known whether they were charged
 * @since 0.1.0
 */
public record BudgetUsage(BigDecimal spent, BigDecimal reserved, BigDecimal unsettled) {

    /** A limit that was never used. */
    public static final BudgetUsage NONE = new BudgetUsage(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** All that counts against the limit. */
    public BigDecimal total() {
        return spent.add(reserved).add(unsettled);
    }
}
