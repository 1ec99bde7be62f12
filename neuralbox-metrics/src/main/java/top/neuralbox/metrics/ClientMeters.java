package top.neuralbox.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all clients that share a name and a transport, from the first such client until they are removed. Any thread
 * may read a group of meters; one thread at a time adds a group.
 *
 * @param <G> the key of a group of meters
 */
final class ClientMeters<G> {

    private final Map<G, GenerationMeters> groups = new ConcurrentHashMap<>();
    private final AccountGauges account;

    ClientMeters(AccountGauges account) {
        this.account = account;
    }

    AccountGauges account() {
        return account;
    }

    @Nullable
    GenerationMeters known(G group) {
        return groups.get(group);
    }

    GenerationMeters meters(G group, Supplier<GenerationMeters> registered) {
        return groups.computeIfAbsent(group, key -> registered.get());
    }

    /** Removes all meters from the registry for good. Nothing shows what is recorded to them later. */
    void remove(MeterRegistry registry) {
        account.remove();
        groups.values().forEach(meters -> meters.remove(registry));
    }
}
