package top.neuralbox.testkit.local;

import java.math.BigDecimal;

/**
 * The account to which every key of the local service belongs. Exact, thread-safe. A generation that began while credits were
 * left is charged in full, so concurrent generations may take the balance below zero.
 */
final class LocalAccount {

    private BigDecimal balance;
    private BigDecimal charged = BigDecimal.ZERO;

    LocalAccount(BigDecimal balance) {
        this.balance = balance;
    }

    synchronized BigDecimal balance() {
        return balance;
    }

    /** All credits ever charged: always the first balance less the balance now. */
    synchronized BigDecimal charged() {
        return charged;
    }

    synchronized void requireCredits() throws Refusal {
        if (balance.signum() <= 0) {
            throw Refusal.insufficientTokens();
        }
    }

    /** Charges a price and returns the balance right after it. */
    synchronized BigDecimal charge(BigDecimal price) {
        charged = charged.add(price);
        balance = balance.subtract(price);
        return balance;
    }
}
