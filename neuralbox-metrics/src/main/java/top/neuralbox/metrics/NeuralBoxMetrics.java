package top.neuralbox.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;

/**
 * Records the generations of clients in a {@link MeterRegistry}, in the meters that {@link GenerationMeter} lists.
 *
 * <pre>{@code
 * NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
 * NeuralBox neuralBox = NeuralBox.builder().name("chat").listener(metrics).build();
 * }</pre>
 *
 * <p>Create one for each registry and pass it to every client. Give clients of different accounts different names, because a
 * balance belongs to a name. Set the registry's common tags and filters before you build the first client, because building
 * it registers the meters. If you register it after all other listeners, it also counts the exceptions that they throw at
 * the end of a generation.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class NeuralBoxMetrics implements GenerationListener, AutoCloseable {

    private static final String OTHER = "other";
    private static final String NONE = "none";
    private static final Observer NOT_RECORDED = outcome -> {};

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
    private final Map<Client, ClientMeters<Group>> clients = new ConcurrentHashMap<>();
    /** Held while meters are registered or removed, and never while anything is recorded. */
    private final Lock lock = new ReentrantLock();

    private boolean attaches;
    private boolean closed;

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

    /**
     * Registers the meters of a client at zero, unless they have a tag for model or tenant: only a generation knows its value.
     */
    @Override
    public void attached(String client, String transport) {
        Client attached = new Client(client, transport);
        lock.lock();
        try {
            attaches = true;
            ClientMeters<Group> meters = clients.computeIfAbsent(attached, this::unregistered);
            if (models == null && tenants == null) {
                register(meters, new Group(attached, null, null));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Observer started(GenerationInfo info) {
        Client client = new Client(info.client(), info.transport());
        Group group = group(client, info, tenants == null ? null : tenant.get());
        ClientMeters<Group> meters = clients.get(client);
        GenerationMeters known = meters == null ? null : meters.known(group);
        if (meters == null || known == null) {
            lock.lock();
            try {
                meters = clients.get(client);
                if (meters == null) {
                    if (attaches) {
                        return NOT_RECORDED;
                    }
                    // A listener that wraps this one does not report its clients.
                    meters = clients.computeIfAbsent(client, this::unregistered);
                }
                known = register(meters, group);
            } finally {
                lock.unlock();
            }
        }
        return new MeteredGeneration(info, known, meters.account(), clock, everyGap);
    }

    /**
     * Counts the cost of a generation whose bill became known only after its end, under the tenant that the request named.
     */
    @Override
    public void settled(GenerationInfo info, GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        BigDecimal credits = billing == null ? null : billing.creditsUsed();
        if (credits == null) {
            return;
        }
        Client client = new Client(info.client(), info.transport());
        Group group = group(client, info, info.tenant());
        ClientMeters<Group> known = clients.get(client);
        GenerationMeters meters = known == null ? null : known.known(group);
        if (meters == null) {
            meters = registered(client, group);
        }
        if (meters != null) {
            meters.usage.increment(credits.doubleValue());
            meters.generationUsage.record(credits.doubleValue());
        }
    }

    private @Nullable GenerationMeters registered(Client client, Group group) {
        lock.lock();
        try {
            ClientMeters<Group> meters = clients.get(client);
            return meters == null ? null : register(meters, group);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the meters of the clients of this name from the registry, counters and timers included. Meters of other names
     * stay. Call this when such a client is closed for good: in an application with a client for each tenant, the meters
     * would pile up otherwise. Generations of such a client that are still in flight are no longer recorded. Generations
     * that start later are recorded only after a client of this name is built again. Does nothing if there is none.
     *
     * <p>The timers under the names of OpenTelemetry stay, because all clients share them.
     */
    public void remove(String client) {
        lock.lock();
        try {
            for (Client known : List.copyOf(clients.keySet())) {
                ClientMeters<Group> meters = known.name().equals(client) ? clients.remove(known) : null;
                if (meters != null) {
                    meters.remove(registry);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the gauges of accounts from the registry: balances, and requests left. All other meters stay there. Idempotent.
     * Generations that are still in flight, or are started later, are still counted.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            clients.values().forEach(meters -> meters.account().remove());
        } finally {
            lock.unlock();
        }
    }

    private Group group(Client client, GenerationInfo info, @Nullable String tenant) {
        return new Group(
                client,
                models == null ? null : bounded(info.model(), models),
                tenants == null ? null : bounded(tenant, tenants));
    }

    /** Under the lock. */
    private ClientMeters<Group> unregistered(Client client) {
        AccountGauges account = new AccountGauges(registry, client.tags(), clock);
        if (closed) {
            account.remove();
        }
        return new ClientMeters<>(account);
    }

    /** Under the lock. */
    private GenerationMeters register(ClientMeters<Group> meters, Group group) {
        return meters.meters(group, () -> {
            MeterMaker make = new MeterMaker(registry, group.tags());
            return new GenerationMeters(make, timers(make, group.model()));
        });
    }

    private GenerationTimers timers(MeterMaker make, @Nullable String model) {
        return switch (naming) {
            case NEURALBOX -> new OwnTimers(make, everyGap);
            case OTEL_GENAI_2026_06 -> new OpenTelemetryTimers(registry, model);
            case OTEL_GENAI_0_1 ->
                new InferenceTimers(registry, model, answering -> models == null ? NONE : bounded(answering, models));
        };
    }

    private static String bounded(@Nullable String value, Set<String> allowed) {
        return value == null ? NONE : allowed.contains(value) ? value : OTHER;
    }

    /** Collects the settings of metrics. Not thread-safe. */
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
         * @param current gives the tenant when a generation is asked for, on the thread that asks for it; if it throws, the
         *     generation is not recorded, and the core logs and counts a listener's error
         */
        public Builder tenants(Supplier<@Nullable String> current, Collection<String> allowed) {
            this.tenant = Objects.requireNonNull(current, "current");
            this.tenants = Set.copyOf(allowed);
            return this;
        }

        /**
         * Sets whether each gap between two deltas is recorded ({@link GenerationMeter#DELTA_GAP}). This costs about 150 ns a
         * delta and 2 KiB a stream. Default: only the longest gap of each generation is recorded.
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

        /** Sets the clock, in nanoseconds. For tests of this package. */
        Builder clock(LongSupplier clock) {
            this.clock = clock;
            return this;
        }

        /** Creates the metrics. Building a client with them registers the client's meters. */
        public NeuralBoxMetrics build() {
            return new NeuralBoxMetrics(this);
        }
    }
}
