package top.neuralbox.concurrent;

import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The context that one call carries from its caller to its callbacks. It is foreign code: if it throws, that is logged, and the
 * call goes on without it.
 */
public final class CarriedContext {

    /** For calls that carry nothing. */
    public static final CarriedContext NOTHING = new CarriedContext(null);

    private final @Nullable Supplier<? extends AutoCloseable> snapshot;

    private CarriedContext(@Nullable Supplier<? extends AutoCloseable> snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * Captures the context of the current thread.
     *
     * @param capture returns a snapshot. The snapshot's {@code get} restores the context on its thread, until the object that
     *     it returns is closed
     */
    public static CarriedContext captured(Supplier<Supplier<? extends AutoCloseable>> capture) {
        try {
            return new CarriedContext(capture.get());
        } catch (Throwable t) {
            ThreadLog.contextThrew(t);
            return NOTHING;
        }
    }

    /** Restores the context on this thread; {@link #leave} must follow. Returns null if there is nothing to close. */
    public @Nullable AutoCloseable enter() {
        Supplier<? extends AutoCloseable> carried = snapshot;
        if (carried == null) {
            return null;
        }
        try {
            return carried.get();
        } catch (Throwable t) {
            ThreadLog.contextThrew(t);
            return null;
        }
    }

    public static void leave(@Nullable AutoCloseable scope) {
        if (scope != null) {
            try {
                scope.close();
            } catch (Throwable t) {
                ThreadLog.contextThrew(t);
            }
        }
    }

    public void run(Runnable task) {
        AutoCloseable scope = enter();
        try {
            task.run();
        } finally {
            leave(scope);
        }
    }

    /** An executor whose tasks run with this context. */
    public Executor around(Executor executor) {
        return snapshot == null ? executor : task -> executor.execute(() -> run(task));
    }
}
