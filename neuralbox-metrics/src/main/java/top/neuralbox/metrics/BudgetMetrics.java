package top.neuralbox.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import top.neuralbox.BudgetUnit;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.CreditBudget;

/**
 * Gauges of what the limits of a {@link CreditBudget} have left, for a client and for tenants that you list.
 *
 * <pre>{@code
 * BudgetMetrics gauges = BudgetMetrics.watch(registry, budget, "chat", List.of("acme", "umbrella"));
 * }</pre>
 *
 * <p>For each limit of credits there are {@code neuralbox.client.budget.left} and {@code neuralbox.client.budget.limit}, and for
 * each limit of requests {@code neuralbox.client.budget.requests.left} and {@code neuralbox.client.budget.requests.limit}. Their
 * tags are {@code client}, {@code tenant} ({@code none} for limits of the client) and {@code window} ({@code hour}, {@code day}, a
 * duration in ISO 8601, or {@code none} for a limit without windows).
 *
 * <p>Reading a gauge asks the budget's store, without waiting, at most once a second for each client and tenant. The gauge shows
 * the last answer, so with a store elsewhere it may be one reading old. It is NaN before the first answer, and if no answer came for a
 * minute. A limit that was exceeded has less than zero left.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class BudgetMetrics implements AutoCloseable {

    private static final String NAME = "neuralbox.client.budget.";
    private static final String NONE = "none";

    private final MeterRegistry registry;
    private final List<Meter> registered = new ArrayList<>();

    private BudgetMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Registers gauges for the limits of a client, and for the limits of each of these tenants.
     *
     * @param client the name of the client, as its builder has it
     * @param tenants the tenants to watch: each of them gets gauges for every limit that applies to tenants; empty for no
     *     such gauges
     */
    public static BudgetMetrics watch(
            MeterRegistry registry, CreditBudget budget, String client, Collection<String> tenants) {
        return watch(registry, budget, client, tenants, System::nanoTime);
    }

    /** As the other, with a clock in nanoseconds. For tests of this package. */
    static BudgetMetrics watch(
            MeterRegistry registry,
            CreditBudget budget,
            String client,
            Collection<String> tenants,
            LongSupplier clock) {
        BudgetMetrics metrics = new BudgetMetrics(Objects.requireNonNull(registry, "registry"));
        List<BudgetLine> shared = budget.limits(client, null);
        metrics.register(new BudgetReadings(budget, client, null, clock), client, null, shared);
        for (String tenant : Set.copyOf(tenants)) {
            List<BudgetLine> own = new ArrayList<>(budget.limits(client, tenant));
            own.removeAll(new HashSet<>(shared));
            metrics.register(new BudgetReadings(budget, client, tenant, clock), client, tenant, own);
        }
        return metrics;
    }

    /** Removes the gauges from the registry. Idempotent. */
    @Override
    public synchronized void close() {
        registered.forEach(registry::remove);
        registered.clear();
    }

    private synchronized void register(
            BudgetReadings readings, String client, @Nullable String tenant, List<BudgetLine> lines) {
        for (BudgetLine line : lines) {
            Tags tags = Tags.of(
                    "client", client, "tenant", tenant == null ? NONE : tenant, "window", window(line.window()));
            boolean credits = line.unit() == BudgetUnit.CREDITS;
            String whose = credits ? "" : "requests.";
            String what = credits ? "Credits" : "Requests";
            String unit = credits ? "credits" : null;
            gauge(
                    whose + "left",
                    what + " that a limit of the budget has left, after subtracting what is reserved",
                    unit,
                    tags,
                    readings,
                    all -> all.left(line));
            gauge(
                    whose + "limit",
                    what + " that a limit of the budget allows",
                    unit,
                    tags,
                    readings,
                    all -> line.limit().doubleValue());
        }
        if (!lines.isEmpty()) {
            readings.refresh();
        }
    }

    private void gauge(
            String name,
            String description,
            @Nullable String unit,
            Tags tags,
            BudgetReadings readings,
            ToDoubleFunction<BudgetReadings> value) {
        registered.add(Gauge.builder(NAME + name, readings, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    private static String window(@Nullable Duration window) {
        if (window == null) {
            return NONE;
        }
        return window.equals(Duration.ofHours(1))
                ? "hour"
                : window.equals(Duration.ofDays(1)) ? "day" : window.toString();
    }
}
