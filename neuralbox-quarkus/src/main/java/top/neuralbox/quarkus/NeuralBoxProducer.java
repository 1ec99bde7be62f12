package top.neuralbox.quarkus;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.arc.DefaultBean;
import io.smallrye.config.Secret;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import top.neuralbox.CreditGuard;
import top.neuralbox.GenerationListener;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportProvider;

/**
 * Produces the client, when it is first needed. So an application that needs none starts without a key. The client gives way to a
 * bean of the application.
 */
@Singleton
final class NeuralBoxProducer {

    private static final String NO_KEY =
            "A NeuralBox client is injected, but there is none, because no API key is set. Set the"
                    + " property neuralbox.api-key or the environment variable NEURALBOX_API_KEY, or add a bean of the type"
                    + " NeuralBoxConnectionDetails.";

    private final NeuralBoxConfig config;

    /** Chosen by name. The client does not close it. */
    private volatile @Nullable Transport named;

    NeuralBoxProducer(NeuralBoxConfig config) {
        this.config = config;
    }

    /** The client is final, so it has no proxy, and is a singleton. */
    @Produces
    @Singleton
    @DefaultBean
    NeuralBox neuralBox(
            Instance<NeuralBoxConnectionDetails> details,
            Instance<Transport> transport,
            Instance<CreditGuard> budget,
            Instance<BudgetStore> store,
            Instance<MeterRegistry> registry,
            @All List<BudgetListener> budgetListeners,
            @All List<GenerationListener> listeners,
            @All List<NeuralBoxCustomizer> customizers) {
        NeuralBox.Builder builder =
                ClientFactory.builder(config, details.isUnsatisfied() ? details(config) : details.get());
        if (!transport.isUnsatisfied()) {
            builder.transport(transport.get());
        } else if (config.transport().isPresent()) {
            builder.transport(named(config.transport().get()));
        } else {
            builder.transportConfig(ClientFactory.transportConfig(config));
        }
        CreditBudget.Builder limits = ClientFactory.budget(config.budget());
        if (!budget.isUnsatisfied()) {
            builder.budget(budget.get());
        } else if (limits != null) {
            store.stream().forEach(limits::store);
            budgetListeners.forEach(limits::listener);
            builder.budget(limits.build());
        }
        listeners.forEach(builder::listener);
        if (!registry.isUnsatisfied() && config.metrics().enabled() && !recorded(listeners)) {
            // The last listener, so that it counts what the others throw.
            builder.listener(metrics(registry.get(), config.metrics()));
        }
        customizers.forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    void close(@Disposes NeuralBox neuralBox) {
        neuralBox.close();
        Transport transport = named;
        if (transport != null) {
            transport.close();
        }
    }

    /** Made once, even if the client is asked for again after it could not be made. */
    private synchronized Transport named(String name) {
        Transport transport = named;
        if (transport == null) {
            transport = TransportProvider.choose(name).create(ClientFactory.transportConfig(config));
            named = transport;
        }
        return transport;
    }

    /** A key that is blank is none: an environment variable may be set to nothing. */
    static NeuralBoxConnectionDetails details(NeuralBoxConfig config) {
        String apiKey = config.apiKey()
                .map(Secret::get)
                .filter(key -> !key.isBlank())
                .map(ClientFactory::apiKey)
                .orElseThrow(() -> new IllegalStateException(NO_KEY));
        return new NeuralBoxConnectionDetails() {
            @Override
            public String apiKey() {
                return apiKey;
            }

            @Override
            public @Nullable URI baseUri() {
                return config.baseUri().orElse(null);
            }
        };
    }

    /** Whether the application has made the metrics by itself. */
    private static boolean recorded(List<GenerationListener> listeners) {
        return listeners.stream().anyMatch(NeuralBoxMetrics.class::isInstance);
    }

    private static NeuralBoxMetrics metrics(MeterRegistry registry, NeuralBoxConfig.Metrics settings) {
        NeuralBoxMetrics.Builder metrics = NeuralBoxMetrics.builder(registry)
                .deltaGaps(settings.deltaGaps())
                .naming(settings.naming());
        settings.models().ifPresent(metrics::models);
        return metrics.build();
    }
}
