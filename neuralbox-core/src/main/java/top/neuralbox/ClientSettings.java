package top.neuralbox;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.Transport;

/**
 * What every call of one client shares.
 *
 * @param name the client's name
 * @param endpoint where a generation is asked for
 * @param keys gives the key for an attempt
 * @param headers fields added to each request
 * @param userAgent the {@code User-Agent} of each request
 * @param transport what carries the calls
 * @param timeouts the time-outs of a request that has none of its own
 * @param retryPolicy how often to send again
 * @param limits how much one generation may bring
 * @param listeners who hears of each generation
 * @param executor where signals are delivered; null means the engine's thread, or a callback thread
 * @param callbacks runs what may block or must not run where it comes up
 * @param context what calls carry to their callbacks; null means nothing
 * @param delayer time
 * @param random evenly between 0 and 1, for jitter
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
        Delayer delayer,
        DoubleSupplier random) {

    /** What a call that this thread makes carries. */
    CarriedContext carried() {
        return CarriedContext.captured(context);
    }

    /** Runs foreign code after a while, not on the timer's thread, unless it is called off before. */
    Delayer.Cancellable later(long nanos, Runnable task) {
        return delayer.after(nanos, () -> callbacks.execute(task));
    }

    /**
     * Makes the threads that an end needs, before a call is sent: the timer's, and one for callbacks. Later there may be none to
     * be had.
     */
    void requireThreads() {
        delayer.requireThread();
        if (callbacks instanceof CallbackThreads own) {
            own.requireThread();
        }
    }

    /** Where futures are settled. */
    Executor settler() {
        Executor own = executor;
        return own == null ? callbacks : task -> Handover.run(task, own, callbacks, delayer);
    }
}
