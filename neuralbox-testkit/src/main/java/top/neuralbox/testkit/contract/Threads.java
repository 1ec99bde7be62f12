package top.neuralbox.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** The live threads of this process that belong neither to a server of the testkit nor to the JDK's own pools. */
final class Threads {

    private Threads() {}

    static Set<Thread> ofClients() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> thread.getName().startsWith("testkit-")
                || thread.getName().startsWith("ForkJoinPool.commonPool")
                || thread.getName().startsWith("process reaper")
                || thread.getName().startsWith("CompletableFutureDelayScheduler")
                || thread.getName().startsWith("Attach Listener")
                || thread.getName().startsWith("Keep-Alive-Timer"));
        return threads;
    }

    /** Waits until all of them have ended. */
    static void awaitEnd(Set<Thread> threads, Duration patience) {
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
}
