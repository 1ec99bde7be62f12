package top.neuralbox.contract.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** The live threads of this process that belong neither to a server of the tests nor to the JDK's own pools. */
public final class ClientThreads {

    private static final Set<String> OTHERS = Set.of(
            "testkit-",
            "ForkJoinPool.commonPool",
            "process reaper",
            "CompletableFutureDelayScheduler",
            "Attach Listener",
            "Keep-Alive-Timer",
            "Cleaner-");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private ClientThreads() {}

    /** Those that live now. */
    public static Set<Thread> living() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> OTHERS.stream().anyMatch(thread.getName()::startsWith));
        return threads;
    }

    /** Waits until all of these have ended. */
    public static void awaitEnd(Set<Thread> threads, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                assertThat(thread.isAlive()).as("%s lives", thread).isFalse();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits until all except these have ended. */
    public static void awaitEndOfOthers(Set<Thread> threads) {
        Set<Thread> others = living();
        others.removeAll(threads);
        awaitEnd(others, PATIENCE);
    }
}
