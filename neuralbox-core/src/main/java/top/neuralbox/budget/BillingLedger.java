package top.neuralbox.budget;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;

/**
 * Adds up what generations cost, by model and tenant, exactly. Add it to a client, or to several, as a listener. It keeps
 * one total for each pair of model and tenant for as long as it lives. Thread-safe.
 *
 * @since 0.1.0
 */
public final class BillingLedger implements GenerationListener {

    private static final Comparator<LedgerTotal> ORDER = Comparator.comparing(
                    LedgerTotal::tenant, Comparator.nullsFirst(Comparator.<String>naturalOrder()))
            .thenComparing(LedgerTotal::model, Comparator.nullsFirst(Comparator.<String>naturalOrder()));

    private final Map<Key, LedgerTotal> totals = new ConcurrentHashMap<>();

    /** A ledger without entries. */
    public BillingLedger() {}

    @Override
    public Recording started(GenerationInfo info) {
        return outcome -> add(info, 1, outcome.billingState() == BillingState.UNKNOWN ? 1 : 0, outcome);
    }

    @Override
    public void settled(GenerationInfo info, GenerationOutcome outcome) {
        add(info, 0, outcome.billingState() == BillingState.UNKNOWN ? 0 : -1, outcome);
    }

    /** All totals, by tenant and then by model. */
    public List<LedgerTotal> totals() {
        return totals.values().stream().sorted(ORDER).toList();
    }

    /** All credits together. */
    public BigDecimal credits() {
        return totals.values().stream().map(LedgerTotal::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /**
     * Writes all totals as comma-separated values with a header line (RFC 4180). What is not known is an empty field.
     *
     * @throws IOException if the target does
     */
    public void writeCsv(Appendable target) throws IOException {
        target.append("tenant,model,generations,charged,unknown,credits\r\n");
        for (LedgerTotal total : totals()) {
            target.append(field(total.tenant()))
                    .append(',')
                    .append(field(total.model()))
                    .append("," + total.generations() + "," + total.charged() + "," + total.unknown() + ",")
                    .append(total.credits().toPlainString())
                    .append("\r\n");
        }
    }

    private void add(GenerationInfo info, int generations, int unknown, GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        BigDecimal told = billing == null ? null : billing.creditsUsed();
        BigDecimal credits = told == null ? BigDecimal.ZERO : told;
        int charged = outcome.billingState() == BillingState.CHARGED ? 1 : 0;
        totals.merge(
                new Key(info.model(), info.tenant()),
                new LedgerTotal(info.model(), info.tenant(), generations, charged, unknown, credits),
                BillingLedger::sum);
    }

    private static LedgerTotal sum(LedgerTotal one, LedgerTotal other) {
        return new LedgerTotal(
                one.model(),
                one.tenant(),
                one.generations() + other.generations(),
                one.charged() + other.charged(),
                one.unknown() + other.unknown(),
                one.credits().add(other.credits()));
    }

    private static String field(@Nullable String value) {
        return value == null ? "" : '"' + value.replace("\"", "\"\"") + '"';
    }

    private record Key(@Nullable String model, @Nullable String tenant) {}
}
