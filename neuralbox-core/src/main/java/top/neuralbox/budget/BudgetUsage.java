package top.neuralbox.budget;

import java.math.BigDecimal;

/**
 * The use of a limit, in its unit.
 *
 * @param spent the cost of settled generations, or the requests that were sent
 * @param reserved what is reserved for running generations, or for requests about to be sent
 * @param unsettled the credits reserved for ended generations whose charge is unknown; zero for requests
 * @param elsewhere requests that the service has counted, but that no client of this budget sent, as far as the service
 *     reported them. Zero for credits
 * @since 0.1.0
 */
public record BudgetUsage(BigDecimal spent, BigDecimal reserved, BigDecimal unsettled, BigDecimal elsewhere) {

    /** The use of a limit that was never used. */
    public static final BudgetUsage NONE = new BudgetUsage(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** Use by clients of this budget only. */
    public BudgetUsage(BigDecimal spent, BigDecimal reserved, BigDecimal unsettled) {
        this(spent, reserved, unsettled, BigDecimal.ZERO);
    }

    /** The sum, which counts against the limit. */
    public BigDecimal total() {
        return spent.add(reserved).add(unsettled).add(elsewhere);
    }
}
