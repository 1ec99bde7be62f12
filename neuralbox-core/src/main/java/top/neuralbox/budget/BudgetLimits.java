package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.BudgetUnit;

/** The limits of a budget in one unit: for each client, for each tenant, and for tenants by name. Immutable. */
final class BudgetLimits {

    private final BudgetUnit unit;
    private final List<Limit> clients;
    private final List<Limit> tenants;
    private final Map<String, List<Limit>> named;

    private BudgetLimits(Builder builder) {
        this.unit = builder.unit;
        this.clients = List.copyOf(builder.clients);
        this.tenants = List.copyOf(builder.tenants);
        Map<String, List<Limit>> own = new HashMap<>();
        builder.named.forEach((tenant, limits) -> own.put(tenant, List.copyOf(limits)));
        this.named = Map.copyOf(own);
    }

    /** The limits of a client and of a tenant, which may be null, each with this amount. */
    List<BudgetLine> lines(String client, @Nullable String tenant, BigDecimal amount) {
        List<BudgetLine> lines = clientLines(client, amount);
        if (tenant != null) {
            named.getOrDefault(tenant, tenants)
                    .forEach(limit -> lines.add(limit.line(unit, "tenant " + tenant, amount)));
        }
        return lines;
    }

    /** The limits of a client alone, each with this amount. */
    List<BudgetLine> clientLines(String client, BigDecimal amount) {
        List<BudgetLine> lines = new ArrayList<>();
        clients.forEach(limit -> lines.add(limit.line(unit, "client " + client, amount)));
        return lines;
    }

    /** A limit for each window of time, or without a window. */
    private record Limit(BigDecimal most, @Nullable Duration window) {

        /** The name is last in the key, so that two limits have different keys whatever their names are. */
        private BudgetLine line(BudgetUnit unit, String whose, BigDecimal amount) {
            String key = window == null ? whose : window + " of " + whose;
            return new BudgetLine(unit == BudgetUnit.REQUESTS ? "requests in " + key : key, unit, most, window, amount);
        }
    }

    /** Collects limits. Of two limits with the same window, only the lower is kept: they share one count, which both raise. */
    static final class Builder {

        private final BudgetUnit unit;
        private final List<Limit> clients = new ArrayList<>();
        private final List<Limit> tenants = new ArrayList<>();
        private final Map<String, List<Limit>> named = new HashMap<>();

        Builder(BudgetUnit unit) {
            this.unit = unit;
        }

        void client(BigDecimal most, @Nullable Duration window) {
            add(clients, new Limit(most, window));
        }

        void tenants(BigDecimal most, Duration window) {
            add(tenants, new Limit(most, window));
        }

        void tenant(String tenant, BigDecimal most, Duration window) {
            add(named.computeIfAbsent(tenant, key -> new ArrayList<>()), new Limit(most, window));
        }

        BudgetLimits build() {
            return new BudgetLimits(this);
        }

        private static void add(List<Limit> limits, Limit limit) {
            for (int i = 0; i < limits.size(); i++) {
                Limit other = limits.get(i);
                if (Objects.equals(other.window, limit.window)) {
                    limits.set(i, other.most.compareTo(limit.most) <= 0 ? other : limit);
                    return;
                }
            }
            limits.add(limit);
        }
    }
}
