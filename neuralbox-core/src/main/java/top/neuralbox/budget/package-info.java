/**
 * A budget, which checks a possible cost before a request is sent, and a ledger, which adds up the costs.
 *
 * <p>{@link top.neuralbox.budget.CreditBudget} refuses a generation that might cost more than is left. {@link
 * top.neuralbox.budget.BillingLedger} adds up what generations cost.
 */
@NullMarked
package top.neuralbox.budget;

import org.jspecify.annotations.NullMarked;
