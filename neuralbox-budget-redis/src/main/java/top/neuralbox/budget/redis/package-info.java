/**
 * Keeps the count of a {@link top.neuralbox.budget.CreditBudget} on Redis or Valkey, so that a fleet of instances holds one
 * limit. {@link top.neuralbox.budget.redis.RedisBudgetStore} is the way in.
 */
@NullMarked
package top.neuralbox.budget.redis;

import org.jspecify.annotations.NullMarked;
