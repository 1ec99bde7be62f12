package top.neuralbox;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What one call carries from where it was made to its callbacks; nothing if the client was not told how. */
final class CarriedContext {

    /** For calls of clients without a {@link CallContext}. */
    static final CarriedContext NOTHING = new CarriedContext(null);

    private final CallContext.@Nullable Snapshot snapshot;

    private CarriedContext(CallContext.@Nullable Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** What this thread carries. */
    static CarriedContext captured(@Nullable CallContext context) {
        if (context == null) {
            return NOTHING;
        }
        try {
            return new CarriedContext(context.capture());
        } catch (Throwable t) {
            Log.contextThrew(t);
            return NOTHING;
        }
    }

    /** Puts it in place; {@link #leave} must follow. Null if there is nothing to put back. */
    CallContext.@Nullable Scope enter() {
        CallContext.Snapshot carried = snapshot;
        if (carried == null) {
            return null;
        }
        try {
            return carried.restore();
        } catch (Throwable t) {
            Log.contextThrew(t);
            return null;
        }
    }

    static void leave(CallContext.@Nullable Scope scope) {
        if (scope != null) {
            try {
                scope.close();
            } catch (Throwable t) {
                Log.contextThrew(t);
            }
        }
    }

    void run(Runnable task) {
        CallContext.Scope scope = enter();
        try {
            task.run();
        } finally {
            leave(scope);
        }
    }

    /** An executor whose tasks run with this in place. */
    Executor around(Executor executor) {
        return snapshot == null ? executor : task -> executor.execute(() -> run(task));
    }
}
