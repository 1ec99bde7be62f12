/**
 * A budget that is kept before it is spent, and a ledger of what was.
 *
 * <p>{@link top.neuralbox.budget.CreditBudget} refuses a generation that might cost more than is left; {@link
 * top.neuralbox.budget.BillingLedger} adds up what generations did cost.
 */
@NullMarked
package top.neuralbox.budget;

import org.jspecify.annotations.NullMarked;
