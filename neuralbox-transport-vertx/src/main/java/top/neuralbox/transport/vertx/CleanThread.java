package top.neuralbox.transport.vertx;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A thread from which the engine can make its threads and contexts: they take over the inheritable thread-locals, the group
 * and the context class loader of the one that makes them, and those of the application's thread are one user's.
 */
final class CleanThread {

    private CleanThread() {}

    /** Does something on such a thread, and waits for it. */
    static <T> T call(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                topGroup(), () -> result.completeAsync(work, Runnable::run), "neuralbox-vertx-start", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(CleanThread.class.getClassLoader());
        thread.start();
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static ThreadGroup topGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }
}
