package top.neuralbox.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of the clients of one name on one transport, from the first such client until they are removed. A group of them
 * is read by any thread, and added by one at a time.
 *
 * @param <G> what tells the groups of meters apart
 */
final class ClientMeters<G> {

    private final Map<G, GenerationMeters> groups = new ConcurrentHashMap<>();
    private final Balance balance;

    ClientMeters(Balance balance) {
        this.balance = balance;
    }

    Balance balance() {
        return balance;
    }

    @Nullable
    GenerationMeters known(G group) {
        return groups.get(group);
    }

    GenerationMeters meters(G group, Supplier<GenerationMeters> registered) {
        return groups.computeIfAbsent(group, key -> registered.get());
    }

    /** Takes all of them out of the registry for good: what still records to them is not seen. */
    void remove(MeterRegistry registry) {
        balance.remove();
        groups.values().forEach(meters -> meters.remove(registry));
    }
}
