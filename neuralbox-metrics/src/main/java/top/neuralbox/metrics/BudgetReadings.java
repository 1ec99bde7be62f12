package top.neuralbox.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetState;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;

/**
 * What the store of a budget last said of the limits of a client and a tenant. A thread that reads it never waits: it asks, and
 * takes the answer that is there. The store is foreign code, so it may throw, or never answer.
 */
final class BudgetReadings {

    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The age from which an answer counts no longer. A scrape sees the answer to the question of the scrape before. */
    private static final long MOST_AGE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** A question to the store. A new one takes its place, and a late answer to an old one does not count. */
    private static final class Question {
        final long askedAt;

        /** When the first question was asked that the store has not answered with figures. */
        final long waitingSince;

        volatile boolean answered;
        volatile boolean told;

        Question(long askedAt, @Nullable Question before) {
            this.askedAt = askedAt;
            this.waitingSince = before == null || before.told ? askedAt : before.waitingSince;
        }
    }

    private record Answer(Map<String, BudgetUsage> uses, long nanoTime) {}

    private final CreditBudget budget;
    private final String client;
    private final @Nullable String tenant;
    private final LongSupplier clock;
    private final AtomicReference<@Nullable Question> asked = new AtomicReference<>();
    private volatile @Nullable Answer last;

    BudgetReadings(CreditBudget budget, String client, @Nullable String tenant, LongSupplier clock) {
        this.budget = budget;
        this.client = client;
        this.tenant = tenant;
        this.clock = clock;
    }

    /** What a limit has left; NaN if that is not known. */
    double left(BudgetLine line) {
        refresh();
        Answer known = last;
        BudgetUsage use = known == null || isStale(known) ? null : known.uses().get(line.key());
        return use == null ? Double.NaN : line.limit().subtract(use.total()).doubleValue();
    }

    private boolean isStale(Answer known) {
        long now = clock.getAsLong();
        Question open = asked.get();
        boolean silent = open != null && !open.told && now - open.waitingSince > PATIENCE_NANOS;
        return silent || now - known.nanoTime() > MOST_AGE_NANOS;
    }

    /** Asks the store, unless it was asked a moment ago, or has not answered yet. */
    void refresh() {
        long now = clock.getAsLong();
        Question before = asked.get();
        if (before != null && now - before.askedAt < (before.answered ? REST_NANOS : PATIENCE_NANOS)) {
            return;
        }
        Question question = new Question(now, before);
        if (!asked.compareAndSet(before, question)) {
            return;
        }
        try {
            var unused = budget.states(client, tenant).whenComplete((states, error) -> answered(question, states));
        } catch (Throwable storeThrew) {
            question.answered = true;
        }
    }

    private void answered(Question question, @Nullable List<BudgetState> states) {
        question.answered = true;
        if (states == null || asked.get() != question) {
            return;
        }
        Map<String, BudgetUsage> uses = new HashMap<>();
        states.forEach(state -> uses.put(state.line().key(), state.usage()));
        last = new Answer(Map.copyOf(uses), clock.getAsLong());
        question.told = true;
    }
}
