package top.neuralbox;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.CallbackThreads;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.Handover;
import top.neuralbox.concurrent.ProcessThreads;
import top.neuralbox.concurrent.TimerThread;
import top.neuralbox.transport.Transport;

/**
 * The settings that all calls of one client share.
 *
 * @param name the client's name
 * @param endpoint the URI to which generation requests are sent
 * @param keys gives the key for an attempt
 * @param headers header fields added to each request
 * @param userAgent the {@code User-Agent} of each request
 * @param transport the transport that carries the calls
 * @param timeouts the time-outs of a request that does not set any
 * @param retryPolicy how often to send again
 * @param limits the size limits of one generation
 * @param listeners the listeners to each generation
 * @param executor delivers signals; null means the engine's thread, or a callback thread
 * @param callbacks runs code that may block, or must not run on the current thread
 * @param context captures the context that calls carry to their callbacks; null means none
 * @param budget decides on credits and requests; null means no budget
 * @param admission the slots of the client's generations; null means no limit
 * @param delayer the clock and timer
 * @param random numbers evenly distributed between 0 and 1, for jitter
 */
record ClientSettings(
        String name,
        URI endpoint,
        Supplier<CompletionStage<ApiKey>> keys,
        Map<String, String> headers,
        String userAgent,
        Transport transport,
        Timeouts timeouts,
        RetryPolicy retryPolicy,
        Limits limits,
        List<GenerationListener> listeners,
        @Nullable Executor executor,
        Executor callbacks,
        @Nullable CallContext context,
        @Nullable CreditGuard budget,
        @Nullable Admission admission,
        Delayer delayer,
        DoubleSupplier random) {

    /** What a budget learns about a poll or an account lookup: the client, and no model. */
    GenerationInfo queryInfo(@Nullable String tenant) {
        return new GenerationInfo(name, transport.name(), endpoint, tenant);
    }

    /** The context for a call that this thread makes. */
    CarriedContext carried() {
        CallContext caller = context;
        return caller == null ? CarriedContext.NOTHING : CarriedContext.captured(() -> caller.capture()::restore);
    }

    /** Runs foreign code after a delay, on a callback thread rather than the timer's, unless it is cancelled before. */
    Delayer.Cancellable later(long nanos, Runnable task) {
        return delayer.after(nanos, () -> callbacks.execute(task));
    }

    /**
     * Creates the threads that the end of a call needs, before the call is sent: the timer's thread, and one for callbacks.
     * Later it may be impossible to create them.
     */
    void requireThreads() {
        delayer.requireThread();
        if (callbacks instanceof CallbackThreads own) {
            own.requireThread();
        }
    }

    /**
     * The executor that completes futures.
     *
     * @param closed whether the client is closed
     */
    Executor settler(BooleanSupplier closed) {
        Executor own = executor;
        return own == null ? callbacks : task -> Handover.run(task, own, callbacks, watch(), closed);
    }

    /** Checks what became of the executor's tasks. A real client's own timer would end with the client, and they may not. */
    Delayer watch() {
        return delayer instanceof TimerThread ? ProcessThreads.TIMER : delayer;
    }
}
