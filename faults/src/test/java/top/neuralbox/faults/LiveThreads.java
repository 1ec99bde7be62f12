package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The threads that live at one moment, save those of the tests' own servers and of the JDK's pools. */
record LiveThreads(Set<Thread> threads) {

    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    static LiveThreads now() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> thread.getName().startsWith("testkit-")
                || thread.getName().startsWith("ForkJoinPool.commonPool")
                || thread.getName().startsWith("CompletableFutureDelayScheduler")
                || thread.getName().startsWith("process reaper")
                || thread.getName().startsWith("Cleaner-"));
        return new LiveThreads(threads);
    }

    /** Waits until no thread lives that was not there at this moment. */
    void awaitEndOfOthers() {
        Set<Thread> left = now().threads;
        left.removeAll(threads);
        try {
            for (Thread thread : left) {
                thread.join(PATIENCE_MILLIS);
                assertThat(thread.isAlive()).as("%s lives", thread).isFalse();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
