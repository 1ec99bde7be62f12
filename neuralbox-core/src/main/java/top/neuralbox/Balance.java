package top.neuralbox;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is left on the account, as the service told at one moment. Figures are credits, exact; what the service left out, or
 * wrote as anything else, is null. Immutable.
 *
 * @since 0.1.0
 */
public final class Balance {

    private final @Nullable BigDecimal credits;
    private final @Nullable BigDecimal planCredits;
    private final @Nullable BigDecimal bonusCredits;
    private final @Nullable String plan;
    private final @Nullable Instant planExpiresAt;
    private final @Nullable Instant nextRefillAt;
    private final RateLimits rateLimits;
    private final String json;

    Balance(AccountFields fields, RateLimits rateLimits) {
        this.credits = fields.tokenBalance;
        this.planCredits = fields.planTokensRemaining;
        this.bonusCredits = fields.bonusTokens;
        this.plan = fields.plan;
        this.planExpiresAt = fields.planExpiresAt;
        this.nextRefillAt = fields.nextRefillAt;
        this.rateLimits = rateLimits;
        this.json = fields.json;
    }

    /** All credits that are left; {@code token_balance} on the wire. */
    public @Nullable BigDecimal credits() {
        return credits;
    }

    /** Those of them that came with the plan; {@code plan_tokens_remaining} on the wire. */
    public @Nullable BigDecimal planCredits() {
        return planCredits;
    }

    /** Those of them that were given; {@code bonus_tokens} on the wire. */
    public @Nullable BigDecimal bonusCredits() {
        return bonusCredits;
    }

    /** The plan's name, for example {@code vip}. */
    public @Nullable String plan() {
        return plan;
    }

    /** When the plan ends; null for one that does not. */
    public @Nullable Instant planExpiresAt() {
        return planExpiresAt;
    }

    /** When credits come next; {@code next_refill_at} on the wire. */
    public @Nullable Instant nextRefillAt() {
        return nextRefillAt;
    }

    /** What the response said of the account's rate limits; every figure is null where it said nothing. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The whole answer as it came. */
    public String json() {
        return json;
    }

    @Override
    public String toString() {
        return "Balance[credits=" + credits + ", plan=" + plan + "]";
    }
}
