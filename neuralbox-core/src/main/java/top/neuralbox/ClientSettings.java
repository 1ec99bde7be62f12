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
 * @param executor where signals are delivered; null means the thread that brings them
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
        Delayer delayer,
        DoubleSupplier random) {}
