package top.neuralbox.quarkus;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.Secret;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Admission;
import top.neuralbox.Limits;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportConfig;

/** Sets the library's builders from the properties. A property that is not set leaves the builder's default. */
final class ClientFactory {

    private ClientFactory() {}

    /**
     * A key without the white space around it, such as the line break that a file or a secret often ends with.
     *
     * @throws IllegalStateException if it cannot be a key; the message does not repeat it
     */
    static String apiKey(String property) {
        String key = property.strip();
        try {
            var unused = NeuralBox.builder().apiKey(key);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalStateException("neuralbox.api-key cannot be used: " + malformed.getMessage());
        }
        return key;
    }

    static NeuralBox.Builder builder(NeuralBoxConfig config, NeuralBoxConnectionDetails details) {
        // Nobody reads a failure of the shutdown.
        if (config.shutdownTimeout().isNegative()) {
            throw new IllegalStateException(
                    "neuralbox.shutdown-timeout must not be negative: " + config.shutdownTimeout());
        }
        NeuralBox.Builder builder = NeuralBox.builder()
                .name(config.name())
                .apiKeySupplier(details::apiKey)
                .allowClearText(config.allowClearText())
                .timeouts(timeouts(config.timeouts()))
                .retryPolicy(retryPolicy(config.retry()))
                .limits(limits(config.limits()));
        Optional.ofNullable(details.baseUri()).ifPresent(builder::baseUri);
        config.headers().forEach((name, value) -> builder.header(name, value.get()));
        Admission admission = admission(config.admission());
        if (admission != null) {
            builder.admission(admission);
        }
        return builder;
    }

    static TransportConfig transportConfig(NeuralBoxConfig config) {
        TransportConfig.Builder transport = TransportConfig.builder();
        config.maxConnections().ifPresent(transport::maxConnections);
        config.protocols()
                .ifPresent(protocols -> transport.protocols(protocols.toArray(TransportConfig.Protocol[]::new)));
        config.proxy().host().ifPresent(host -> transport.proxy(proxy(config.proxy(), host)));
        config.tlsConfigurationName().ifPresent(name -> setTls(name, transport));
        return transport.build();
    }

    private static void setTls(String name, TransportConfig.Builder transport) {
        try {
            TlsByName.set(name, transport);
        } catch (NoClassDefFoundError noRegistry) {
            throw new IllegalStateException(
                    "neuralbox.tls-configuration-name is " + name
                            + ", but quarkus-tls-registry is not on the class path",
                    noRegistry);
        }
    }

    private static ProxySettings proxy(NeuralBoxConfig.Proxy proxy, String host) {
        ProxySettings settings = ProxySettings.of(host, proxy.port());
        // If none is set, SmallRye Config 3.16 gives a secret that holds null.
        Optional<String> password = proxy.password().map(Secret::get);
        if (proxy.username().isEmpty() && password.isEmpty()) {
            return settings;
        }
        if (proxy.username().isEmpty() || password.isEmpty()) {
            throw new IllegalStateException(
                    "neuralbox.proxy.username and neuralbox.proxy.password must be set together, or not at all");
        }
        return settings.withCredentials(proxy.username().get(), password.get());
    }

    /** The budget of the properties; null if they set no limit. */
    static CreditBudget.@Nullable Builder budget(NeuralBoxConfig.Budget budget) {
        if (budget.limits().isEmpty()
                && budget.tenantLimits().isEmpty()
                && budget.requestLimits().isEmpty()
                && budget.tenantRequestLimits().isEmpty()) {
            return null;
        }
        CreditBudget.Builder builder = CreditBudget.builder().allowWithoutStore(budget.allowWithoutStore());
        budget.limits().forEach(limit -> builder.limit(limit.credits(), limit.window()));
        budget.tenantLimits().forEach(limit -> builder.tenantLimit(limit.credits(), limit.window()));
        budget.requestLimits().forEach(limit -> builder.requestLimit(limit.requests(), limit.window()));
        budget.tenantRequestLimits().forEach(limit -> builder.tenantRequestLimit(limit.requests(), limit.window()));
        budget.lowBalance().ifPresent(builder::lowBalance);
        return builder;
    }

    private static Timeouts timeouts(NeuralBoxConfig.TimeoutSettings settings) {
        Timeouts.Builder timeouts = Timeouts.builder();
        settings.connect().ifPresent(timeouts::connect);
        settings.responseHead().ifPresent(timeouts::responseHead);
        settings.firstEvent().ifPresent(timeouts::firstEvent);
        settings.idle().ifPresent(timeouts::idle);
        settings.eventIdle().ifPresent(timeouts::eventIdle);
        settings.total().ifPresent(timeouts::total);
        return timeouts.build();
    }

    private static RetryPolicy retryPolicy(NeuralBoxConfig.Retry settings) {
        RetryPolicy.Builder retry = RetryPolicy.builder();
        settings.maxRetries().ifPresent(retry::maxRetries);
        settings.firstDelay().ifPresent(retry::firstDelay);
        settings.maxDelay().ifPresent(retry::maxDelay);
        settings.maxWait().ifPresent(retry::maxWait);
        return retry.build();
    }

    private static Limits limits(NeuralBoxConfig.LimitSettings settings) {
        Limits.Builder limits = Limits.builder();
        bytes(settings.line(), limits::lineBytes);
        bytes(settings.event(), limits::eventBytes);
        settings.stream().ifPresent(size -> limits.streamBytes(size.asLongValue()));
        bytes(settings.errorBody(), limits::errorBodyBytes);
        bytes(settings.answer(), limits::answerBytes);
        settings.keptText().ifPresent(limits::keptText);
        return limits.build();
    }

    private static @Nullable Admission admission(NeuralBoxConfig.AdmissionSettings settings) {
        if (settings.maxCalls().isEmpty()) {
            return null;
        }
        Admission.Builder admission =
                Admission.builder(settings.maxCalls().getAsInt()).waitForBudget(settings.waitForBudget());
        settings.maxCallsPerTenant().ifPresent(admission::maxCallsPerTenant);
        settings.maxQueued().ifPresent(admission::maxQueued);
        settings.maxWait().ifPresent(admission::maxWait);
        return admission.build();
    }

    private static void bytes(Optional<MemorySize> size, IntConsumer setter) {
        size.ifPresent(bytes -> setter.accept(Math.toIntExact(bytes.asLongValue())));
    }
}
