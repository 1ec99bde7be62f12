package top.neuralbox.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;

/**
 * Records the generations of clients in a {@link MeterRegistry}: the meters that {@link GenerationMeter} lists.
 *
 * <pre>{@code
 * NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
 * NeuralBox neuralBox = NeuralBox.builder().name("chat").listener(metrics).build();
 * }</pre>
 *
 * <p>Make one for each registry and hand it to every client; give clients that use different accounts different names,
 * for a balance belongs to a name. Set the registry's common tags and filters before the first client is built: it is
 * then that the meters are registered. As the last of several listeners it also counts what those before it throw at the
 * end of a generation.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class NeuralBoxMetrics implements GenerationListener, AutoCloseable {

    private static final String OTHER = "other";
    private static final String NONE = "none";

    private record Client(String name, String transport) {
        Tags tags() {
            return Tags.of("client", name, "transport", transport);
        }
    }

    private record Group(
            Client client, @Nullable String model, @Nullable String tenant) {
        Tags tags() {
            Tags tags = client.tags();
            tags = model == null ? tags : tags.and("model", model);
            return tenant == null ? tags : tags.and("tenant", tenant);
        }
    }

    private final MeterRegistry registry;
    private final MeterNaming naming;
    private final boolean everyGap;
    private final @Nullable Set<String> models;
    private final @Nullable Set<String> tenants;
    private final Supplier<@Nullable String> tenant;
    private final LongSupplier clock;
    private final Map<Group, GenerationMeters> meters = new ConcurrentHashMap<>();
    private final Map<Client, Balance> balances = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private NeuralBoxMetrics(Builder builder) {
        this.registry = builder.registry;
        this.naming = builder.naming;
        this.everyGap = builder.deltaGaps || naming != MeterNaming.NEURALBOX;
        this.models = builder.models;
        this.tenants = builder.tenants;
        this.tenant = builder.tenant;
        this.clock = builder.clock;
    }

    /** Metrics with the defaults of {@link Builder}. */
    public static NeuralBoxMetrics create(MeterRegistry registry) {
        return builder(registry).build();
    }

    /** A builder of metrics that are recorded to this registry. */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(Objects.requireNonNull(registry, "registry"));
    }

    /** Registers the meters of a client at zero, unless they have a model or a tenant, which only a generation knows. */
    @Override
    public void attached(String client, String transport) {
        if (models == null && tenants == null) {
            meters(new Group(new Client(client, transport), null, null));
        }
    }

    @Override
    public Recording started(GenerationInfo info) {
        Client client = new Client(info.client(), info.transport());
        GenerationMeters group = meters(group(client, info, tenants == null ? null : tenant.get()));
        Balance balance = balances.computeIfAbsent(client, known -> new Balance(registry, known.tags(), clock));
        if (closed) {
            // It may have been made behind the back of close().
            balance.remove();
        }
        return new MeteredGeneration(group, balance, clock, everyGap);
    }

    /** Counts what a pending result cost in the end, under the tenant that the request named. */
    @Override
    public void settled(GenerationInfo info, GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        BigDecimal credits = billing == null ? null : billing.creditsUsed();
        if (credits != null) {
            GenerationMeters group = meters(group(new Client(info.client(), info.transport()), info, info.tenant()));
            group.usage.increment(credits.doubleValue());
            group.generationUsage.record(credits.doubleValue());
        }
    }

    /**
     * Removes the gauges of balances from the registry. What was counted stays there. Idempotent; generations that are
     * still in flight, or are started later, are counted all the same.
     */
    @Override
    public void close() {
        closed = true;
        balances.values().forEach(Balance::remove);
    }

    private Group group(Client client, GenerationInfo info, @Nullable String tenant) {
        return new Group(
                client,
                models == null ? null : bounded(info.model(), models),
                tenants == null ? null : bounded(tenant, tenants));
    }

    private GenerationMeters meters(Group group) {
        return meters.computeIfAbsent(group, this::register);
    }

    private GenerationMeters register(Group group) {
        MeterMaker make = new MeterMaker(registry, group.tags());
        GenerationTimers timers = naming == MeterNaming.NEURALBOX
                ? new OwnTimers(make, everyGap)
                : new OpenTelemetryTimers(registry, group.model());
        return new GenerationMeters(make, timers);
    }

    private static String bounded(@Nullable String value, Set<String> allowed) {
        return value == null ? NONE : allowed.contains(value) ? value : OTHER;
    }

    /** Collects what is recorded beyond the defaults. Not thread-safe. */
    public static final class Builder {

        private final MeterRegistry registry;
        private MeterNaming naming = MeterNaming.NEURALBOX;
        private boolean deltaGaps;
        private @Nullable Set<String> models;
        private @Nullable Set<String> tenants;
        private Supplier<@Nullable String> tenant = () -> null;
        private LongSupplier clock = System::nanoTime;

        private Builder(MeterRegistry registry) {
            this.registry = registry;
        }

        /**
         * Adds the tag {@code model} with these values; every other model is {@code other}, and an assistant, which has
         * none, is {@code none}. Each value multiplies the number of series. Default: no such tag.
         */
        public Builder models(Collection<String> allowed) {
            this.models = Set.copyOf(allowed);
            return this;
        }

        /**
         * Adds the tag {@code tenant} with these values; every other tenant is {@code other}, and null is {@code none}. Each
         * value multiplies the number of series. Default: no such tag.
         *
         * @param current gives the tenant of a generation when it is asked for, on the thread that asks; if it throws,
         *     the generation is not recorded and the core logs and counts a listener's error
         */
        public Builder tenants(Supplier<@Nullable String> current, Collection<String> allowed) {
            this.tenant = Objects.requireNonNull(current, "current");
            this.tenants = Set.copyOf(allowed);
            return this;
        }

        /**
         * Whether each gap between two deltas is recorded ({@link GenerationMeter#DELTA_GAP}), at some 130 ns a delta and 2
         * KiB a stream. Default: only the longest one of each generation.
         */
        public Builder deltaGaps(boolean deltaGaps) {
            this.deltaGaps = deltaGaps;
            return this;
        }

        /** Sets the names of timers. Default: {@link MeterNaming#NEURALBOX}. */
        public Builder naming(MeterNaming naming) {
            this.naming = Objects.requireNonNull(naming, "naming");
            return this;
        }

        /** Sets time, in nanoseconds, for tests of this package. */
        Builder clock(LongSupplier clock) {
            this.clock = clock;
            return this;
        }

        /** Makes the metrics. Meters are registered with each client that is built with them. */
        public NeuralBoxMetrics build() {
            return new NeuralBoxMetrics(this);
        }
    }
}
