package top.neuralbox.spring.boot;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.util.unit.DataSize;
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

    /** The end of a message about a URI that may have a password. */
    static final String HOW_TO_WRITE_A_PASSWORD =
            "In a user name or a password, write the characters @ : / ? # and % as %"
                    + " and two hex digits, for example %40 for @";

    private ClientFactory() {}

    static NeuralBox.Builder builder(NeuralBoxProperties properties, NeuralBoxConnectionDetails details) {
        NeuralBox.Builder builder = NeuralBox.builder()
                .name(properties.name())
                .apiKeySupplier(details::apiKey)
                .allowClearText(properties.allowClearText())
                .timeouts(timeouts(properties.timeouts()))
                .retryPolicy(retryPolicy(properties.retry()))
                .limits(limits(properties.limits()));
        set(details.baseUri(), builder::baseUri);
        properties.headers().forEach(builder::header);
        set(admission(properties.admission()), builder::admission);
        return builder;
    }

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

    /**
     * The URI as it is written; null if the property is blank, as one whose environment variable is not set. Spring's own
     * conversion would encode each % once more, and its failure would repeat the value, which may have a password.
     *
     * @throws IllegalStateException if it is no URI; the message does not repeat it
     */
    static @Nullable URI uri(String property, @Nullable String value) {
        if (value == null || value.isBlank()) {
            return null;
        }
        try {
            return new URI(value.strip());
        } catch (URISyntaxException malformed) {
            throw new IllegalStateException(property + " is not a URI: " + malformed.getReason() + " at index "
                    + malformed.getIndex() + ". " + HOW_TO_WRITE_A_PASSWORD);
        }
    }

    static TransportConfig transportConfig(NeuralBoxProperties properties, @Nullable SslBundle bundle) {
        TransportConfig.Builder config = TransportConfig.builder();
        set(properties.maxConnections(), config::maxConnections);
        if (!properties.protocols().isEmpty()) {
            config.protocols(properties.protocols().toArray(TransportConfig.Protocol[]::new));
        }
        NeuralBoxProperties.Proxy proxy = properties.proxy();
        if (proxy.host() != null) {
            config.proxy(proxy(proxy, proxy.host()));
        }
        if (bundle != null) {
            first(bundle.getManagers().getTrustManagers(), X509TrustManager.class, config::trustManager);
            // A bundle without a key store has a manager without keys, which would be asked in vain.
            if (bundle.getStores().getKeyStore() != null) {
                first(bundle.getManagers().getKeyManagers(), X509KeyManager.class, config::keyManager);
            }
        }
        return config.build();
    }

    private static ProxySettings proxy(NeuralBoxProperties.Proxy proxy, String host) {
        ProxySettings settings = ProxySettings.of(host, proxy.port());
        String username = proxy.username();
        String password = proxy.password();
        if (username == null && password == null) {
            return settings;
        }
        if (username == null || password == null) {
            throw new IllegalStateException(
                    "neuralbox.proxy.username and neuralbox.proxy.password must be set together, or not at all");
        }
        return settings.withCredentials(username, password);
    }

    static CreditBudget.Builder budget(NeuralBoxProperties.Budget budget) {
        CreditBudget.Builder builder = CreditBudget.builder().allowWithoutStore(budget.allowWithoutStore());
        budget.limits().forEach(limit -> builder.limit(limit.credits(), limit.window()));
        budget.tenantLimits().forEach(limit -> builder.tenantLimit(limit.credits(), limit.window()));
        budget.requestLimits().forEach(limit -> builder.requestLimit(limit.requests(), limit.window()));
        budget.tenantRequestLimits().forEach(limit -> builder.tenantRequestLimit(limit.requests(), limit.window()));
        set(budget.lowBalance(), builder::lowBalance);
        return builder;
    }

    private static Timeouts timeouts(NeuralBoxProperties.TimeoutSettings settings) {
        Timeouts.Builder timeouts = Timeouts.builder();
        set(settings.connect(), timeouts::connect);
        set(settings.responseHead(), timeouts::responseHead);
        set(settings.firstEvent(), timeouts::firstEvent);
        set(settings.idle(), timeouts::idle);
        set(settings.eventIdle(), timeouts::eventIdle);
        set(settings.total(), timeouts::total);
        return timeouts.build();
    }

    private static RetryPolicy retryPolicy(NeuralBoxProperties.Retry settings) {
        RetryPolicy.Builder retry = RetryPolicy.builder();
        set(settings.maxRetries(), retry::maxRetries);
        set(settings.firstDelay(), retry::firstDelay);
        set(settings.maxDelay(), retry::maxDelay);
        set(settings.maxWait(), retry::maxWait);
        return retry.build();
    }

    private static Limits limits(NeuralBoxProperties.LimitSettings settings) {
        ToIntFunction<DataSize> bytes = size -> Math.toIntExact(size.toBytes());
        Limits.Builder limits = Limits.builder();
        set(settings.line(), size -> limits.lineBytes(bytes.applyAsInt(size)));
        set(settings.event(), size -> limits.eventBytes(bytes.applyAsInt(size)));
        set(settings.stream(), size -> limits.streamBytes(size.toBytes()));
        set(settings.errorBody(), size -> limits.errorBodyBytes(bytes.applyAsInt(size)));
        set(settings.answer(), size -> limits.answerBytes(bytes.applyAsInt(size)));
        set(settings.keptText(), limits::keptText);
        return limits.build();
    }

    private static @Nullable Admission admission(NeuralBoxProperties.AdmissionSettings settings) {
        Integer maxCalls = settings.maxCalls();
        if (maxCalls == null) {
            return null;
        }
        Admission.Builder admission = Admission.builder(maxCalls).waitForBudget(settings.waitForBudget());
        set(settings.maxCallsPerTenant(), admission::maxCallsPerTenant);
        set(settings.maxQueued(), admission::maxQueued);
        set(settings.maxWait(), admission::maxWait);
        return admission.build();
    }

    private static <T> void first(Object[] managers, Class<T> wanted, Consumer<T> setter) {
        Arrays.stream(managers)
                .filter(wanted::isInstance)
                .map(wanted::cast)
                .findFirst()
                .ifPresent(setter);
    }

    static <T> void set(@Nullable T value, Consumer<? super T> setter) {
        if (value != null) {
            setter.accept(Objects.requireNonNull(value));
        }
    }
}
