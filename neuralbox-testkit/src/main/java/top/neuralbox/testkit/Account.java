package top.neuralbox.testkit;

import java.math.BigDecimal;

/**
 * The account that every key of the local service belongs to. Exact, thread-safe. A generation that began while credits
 * were left is charged in full, so that concurrent generations may take the balance below zero.
 */
final class Account {

    private BigDecimal balance;
    private BigDecimal charged = BigDecimal.ZERO;

    Account(BigDecimal balance) {
        this.balance = balance;
    }

    synchronized BigDecimal balance() {
        return balance;
    }

    /** All that was ever charged: the first balance less the balance now, whatever happens. */
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
