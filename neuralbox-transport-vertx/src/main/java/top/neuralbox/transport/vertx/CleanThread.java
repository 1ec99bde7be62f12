package top.neuralbox.transport.vertx;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A thread on which the engine creates its threads and contexts. These inherit the inheritable thread-locals, the thread group
 * and the context class loader of the thread that creates them. Those of an application's thread may belong to one user.
 */
final class CleanThread {

    private CleanThread() {}

    /** Runs the work on such a thread, and waits for its result. */
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
