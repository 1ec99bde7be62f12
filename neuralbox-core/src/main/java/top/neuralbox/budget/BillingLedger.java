package top.neuralbox.budget;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.concurrent.MemoryWait;

/**
 * Adds up the exact cost of generations, by model and tenant, and by attributes if it is told which. Add it to one or more
 * clients as a listener. It keeps one total for each combination as long as it lives. Thread-safe.
 *
 * @since 0.1.0
 */
public final class BillingLedger implements GenerationListener {

    private static final Comparator<LedgerTotal> ORDER = Comparator.comparing(
                    LedgerTotal::tenant, Comparator.nullsFirst(Comparator.<String>naturalOrder()))
            .thenComparing(LedgerTotal::model, Comparator.nullsFirst(Comparator.<String>naturalOrder()));

    private final List<String> attributes;
    private final Comparator<LedgerTotal> order;
    private final Map<Key, LedgerTotal> totals = new ConcurrentHashMap<>();

    /** A ledger without entries. */
    public BillingLedger() {
        this(List.of());
    }

    private BillingLedger(List<String> attributes) {
        this.attributes = attributes;
        Comparator<LedgerTotal> order = ORDER;
        for (String name : attributes) {
            order = order.thenComparing(
                    total -> total.attributes().get(name), Comparator.nullsFirst(Comparator.<String>naturalOrder()));
        }
        this.order = order;
    }

    /**
     * A ledger without entries that also groups by attributes of the requests ({@code
     * GenerationRequest.Builder.attribute}). Name only those with few values, such as a feature or a department: each
     * combination of values is kept. A name that comes twice counts once.
     */
    public static BillingLedger byAttributes(String... names) {
        return new BillingLedger(Stream.of(names).distinct().toList());
    }

    @Override
    public Observer started(GenerationInfo info) {
        return outcome -> add(info, 1, outcome.billingState() == BillingState.UNKNOWN ? 1 : 0, outcome);
    }

    @Override
    public void settled(GenerationInfo info, GenerationOutcome outcome) {
        add(info, 0, outcome.billingState() == BillingState.UNKNOWN ? 0 : -1, outcome);
    }

    /** All totals, ordered by tenant, then by model, then by the attributes. */
    public List<LedgerTotal> totals() {
        return totals.values().stream().sorted(order).toList();
    }

    /** The sum of all credits. */
    public BigDecimal credits() {
        return totals.values().stream().map(LedgerTotal::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /**
     * Writes all totals as comma-separated values with a header line (RFC 4180). An unknown value is an empty field. The
     * attributes come behind the model, each in a column of its name.
     *
     * @throws IOException if the target throws it
     */
    public void writeCsv(Appendable target) throws IOException {
        target.append("tenant,model,");
        for (String name : attributes) {
            target.append(field(name)).append(',');
        }
        target.append("generations,charged,unknown,credits\r\n");
        for (LedgerTotal total : totals()) {
            target.append(field(total.tenant())).append(',').append(field(total.model()));
            for (String name : attributes) {
                target.append(',').append(field(total.attributes().get(name)));
            }
            target.append("," + total.generations() + "," + total.charged() + "," + total.unknown() + ",")
                    .append(total.credits().toPlainString())
                    .append("\r\n");
        }
    }

    private void add(GenerationInfo info, int generations, int unknown, GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        BigDecimal told = billing == null ? null : billing.creditsUsed();
        BigDecimal credits = told == null ? BigDecimal.ZERO : told;
        int charged = outcome.billingState() == BillingState.CHARGED ? 1 : 0;
        for (int tries = 0; ; tries++) {
            try {
                add(info, generations, charged, unknown, credits);
                return;
            } catch (OutOfMemoryError full) {
                // Nobody else would add the cost.
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Adds once, or throws before it has added. */
    private void add(GenerationInfo info, int generations, int charged, int unknown, BigDecimal credits) {
        Map<String, String> group = group(info);
        Key key = new Key(info.model(), info.tenant(), group);
        LedgerTotal more = new LedgerTotal(info.model(), info.tenant(), group, generations, charged, unknown, credits);
        // First without figures: a map that inserts may throw after it has inserted.
        totals.computeIfAbsent(
                key, absent -> new LedgerTotal(info.model(), info.tenant(), group, 0, 0, 0, BigDecimal.ZERO));
        totals.computeIfPresent(key, (present, before) -> sum(before, more));
    }

    private Map<String, String> group(GenerationInfo info) {
        if (attributes.isEmpty()) {
            return Map.of();
        }
        Map<String, String> group = new HashMap<>();
        attributes.forEach(name -> {
            String value = info.attributes().get(name);
            if (value != null) {
                group.put(name, value);
            }
        });
        return Map.copyOf(group);
    }

    private static LedgerTotal sum(LedgerTotal one, LedgerTotal other) {
        return new LedgerTotal(
                one.model(),
                one.tenant(),
                one.attributes(),
                one.generations() + other.generations(),
                one.charged() + other.charged(),
                one.unknown() + other.unknown(),
                one.credits().add(other.credits()));
    }

    private static String field(@Nullable String value) {
        return value == null ? "" : '"' + value.replace("\"", "\"\"") + '"';
    }

    private record Key(@Nullable String model, @Nullable String tenant, Map<String, String> attributes) {}
}
