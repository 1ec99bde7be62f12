package top.neuralbox;

import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a generation, in credits of the account. A credit is money, not a token of the language model, although the
 * wire calls it {@code tokens_used}. Figures are exact. A figure that the service left out, or wrote as anything but a
 * number, is null.
 *
 * @since 0.1.0
 */
public final class Billing {

    static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000);
    static final int MOST_DECIMALS = 64;
    private static final Billing UNTOLD = new Billing(null, null);

    private final @Nullable BigDecimal creditsUsed;
    private final @Nullable BigDecimal balanceRemaining;

    private Billing(@Nullable BigDecimal creditsUsed, @Nullable BigDecimal balanceRemaining) {
        this.creditsUsed = creditsUsed;
        this.balanceRemaining = balanceRemaining;
    }

    /** Billing with these figures. Either may be null, which means unknown. */
    public static Billing of(@Nullable BigDecimal creditsUsed, @Nullable BigDecimal balanceRemaining) {
        return creditsUsed == null && balanceRemaining == null ? UNTOLD : new Billing(creditsUsed, balanceRemaining);
    }

    /** Credits that this generation cost; {@code tokens_used} or {@code tokens_spent} on the wire. */
    public @Nullable BigDecimal creditsUsed() {
        return creditsUsed;
    }

    /** Credits left on the account right after it; {@code balance_remaining} on the wire. May be negative or a fraction. */
    public @Nullable BigDecimal balanceRemaining() {
        return balanceRemaining;
    }

    /**
     * Whether a generation can have cost this: not negative, at most a thousand million, which is far above every price, and
     * with at most 64 decimals, so that it can be calculated with.
     */
    static boolean isCredible(BigDecimal credits) {
        return credits.signum() >= 0 && credits.compareTo(MOST) <= 0 && credits.scale() <= MOST_DECIMALS;
    }

    /** Whether the cost, if the service reported one, can be true. */
    boolean isCredible() {
        return creditsUsed == null || isCredible(creditsUsed);
    }

    /** Compares figures by value: 296.5 equals 296.50. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Billing that
                && same(creditsUsed, that.creditsUsed)
                && same(balanceRemaining, that.balanceRemaining);
    }

    @Override
    public int hashCode() {
        return Objects.hash(normal(creditsUsed), normal(balanceRemaining));
    }

    @Override
    public String toString() {
        return "Billing[creditsUsed=" + plain(creditsUsed) + ", balanceRemaining=" + plain(balanceRemaining) + "]";
    }

    private static boolean same(@Nullable BigDecimal a, @Nullable BigDecimal b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return a.compareTo(b) == 0;
    }

    private static @Nullable BigDecimal normal(@Nullable BigDecimal figure) {
        return figure == null ? null : figure.stripTrailingZeros();
    }

    private static String plain(@Nullable BigDecimal figure) {
        if (figure == null) {
            return "unknown";
        }
        // Written out, a figure with a large exponent would fill memory.
        return Math.abs((long) figure.scale()) <= MOST_DECIMALS ? figure.toPlainString() : figure.toString();
    }
}
