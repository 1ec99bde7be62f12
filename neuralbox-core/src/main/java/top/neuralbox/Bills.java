package top.neuralbox;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.MemoryWait;

/**
 * The bills of one client's generations, from the reservation of credits to a bill that becomes known. A bill that is unknown
 * when its generation ends is kept by the generation's id, so that it can be settled when the service says what became of the
 * generation. Thread-safe.
 */
final class Bills implements Settlement.Reserving {

    /** The most bills that are kept. The oldest is forgotten first. */
    static final int MOST = 1_000;

    private final @Nullable CreditGuard budget;
    private final Account account;
    private final Lock lock = new ReentrantLock();
    private final Map<String, Settlement> open = new LinkedHashMap<>();

    /** @param account the account, which the budget may ask */
    Bills(@Nullable CreditGuard budget, Account account) {
        this.budget = budget;
        this.account = account;
    }

    @Override
    public @Nullable CompletionStage<CreditGuard.Reservation> reserve(GenerationRequest request, GenerationInfo info) {
        return budget == null ? null : Objects.requireNonNull(budget.reserve(request, info, account), "reserve");
    }

    /** A later bill of the same id takes the place of this one. */
    @Override
    public void keep(String id, Settlement bill) {
        lock.lock();
        try {
            open.remove(id);
            open.put(id, bill);
            Iterator<Settlement> oldest = open.values().iterator();
            while (open.size() > MOST) {
                oldest.next();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The service said what became of a generation. Settles its bill if it is known now; twice changes nothing.
     *
     * @param reservation the name of the budget's reservation, for a bill that is not kept here; null for none
     * @param own the bill, if the caller has it
     */
    void settle(String id, @Nullable String reservation, @Nullable Settlement own, GenerationOutcome outcome) {
        if (!outcome.tellsTheBill()) {
            return;
        }
        Settlement bill = own == null ? kept(id) : own;
        if (bill != null) {
            if (bill.known(outcome)) {
                forget(id, bill);
            }
        } else if (reservation != null && budget != null) {
            report(budget, reservation, outcome);
        }
    }

    /**
     * Checks the name of a reservation that a caller gives; null is none.
     *
     * @throws IllegalArgumentException if it is blank
     * @throws IllegalStateException if the client has no budget
     */
    void requireReservation(@Nullable String reservation) {
        if (reservation == null) {
            return;
        }
        if (reservation.isBlank()) {
            throw new IllegalArgumentException("reservation must not be blank");
        }
        if (budget == null) {
            throw new IllegalStateException("a reservation needs a budget, and the client has none");
        }
    }

    /** The tenant of a generation whose bill is kept; null if it named none, or if its bill is not kept. */
    @Nullable
    String tenant(String id) {
        Settlement bill = kept(id);
        return bill == null ? null : bill.tenant();
    }

    private @Nullable Settlement kept(String id) {
        lock.lock();
        try {
            return open.get(id);
        } finally {
            lock.unlock();
        }
    }

    private void forget(String id, Settlement bill) {
        lock.lock();
        try {
            open.remove(id, bill);
        } finally {
            lock.unlock();
        }
    }

    /** Tries again if there is no memory. A store settles a reservation once, so that a second try does no harm. */
    private static void report(CreditGuard budget, String reservation, GenerationOutcome outcome) {
        try {
            MemoryWait.run(() -> budget.reservation(reservation).ended(outcome));
        } catch (Throwable t) {
            Log.guardThrew(t);
        }
    }
}
