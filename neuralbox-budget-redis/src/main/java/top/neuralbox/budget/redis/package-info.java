/**
 * Keeps the count of a {@link top.neuralbox.budget.CreditBudget} on Redis or Valkey, so that a fleet of instances shares one
 * limit. Start with {@link top.neuralbox.budget.redis.RedisBudgetStore}.
 */
@NullMarked
package top.neuralbox.budget.redis;

import org.jspecify.annotations.NullMarked;
