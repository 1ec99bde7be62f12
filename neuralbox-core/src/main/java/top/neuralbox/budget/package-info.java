/**
 * A budget that checks a cost before it is spent, and a ledger of the costs.
 *
 * <p>{@link top.neuralbox.budget.CreditBudget} refuses a generation that might cost more than is left. {@link
 * top.neuralbox.budget.BillingLedger} adds up the costs of generations.
 */
@NullMarked
package top.neuralbox.budget;

import org.jspecify.annotations.NullMarked;
