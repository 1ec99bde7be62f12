package top.neuralbox.spring.boot;

import java.net.URI;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import top.neuralbox.CreditGuard;
import top.neuralbox.GenerationListener;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * The client as a bean, if there is a key. Each bean gives way to one of the application.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
            // The metrics' beans are listeners of the client; without the metrics their class cannot be loaded.
            "top.neuralbox.spring.boot.NeuralBoxMetricsAutoConfiguration",
            // The store is one of the client's parts; without the store's artifact its class cannot be loaded.
            "top.neuralbox.spring.boot.NeuralBoxRedisAutoConfiguration"
        })
@ConditionalOnProperty(name = "neuralbox.enabled", matchIfMissing = true)
@EnableConfigurationProperties(NeuralBoxProperties.class)
final class NeuralBoxAutoConfiguration {

    NeuralBoxAutoConfiguration() {}

    /** Static, because it comes before all other beans. */
    @Bean
    static UnknownProperties neuralBoxUnknownProperties(Environment environment) {
        return new UnknownProperties(environment);
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(OnKey.class)
    NeuralBoxConnectionDetails neuralBoxConnectionDetails(NeuralBoxProperties properties) {
        String apiKey = ClientFactory.apiKey(Objects.requireNonNull(properties.apiKey()));
        URI baseUri = ClientFactory.uri("neuralbox.base-uri", properties.baseUri());
        return new NeuralBoxConnectionDetails() {
            @Override
            public String apiKey() {
                return apiKey;
            }

            @Override
            public @Nullable URI baseUri() {
                return baseUri;
            }
        };
    }

    /** Chosen by name, so that two transports may be on the class path. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @ConditionalOnBean(NeuralBoxConnectionDetails.class)
    @Conditional(OnTransport.class)
    Transport neuralBoxTransport(NeuralBoxProperties properties, ObjectProvider<SslBundles> bundles) {
        return TransportProvider.choose(properties.transport()).create(transportConfig(properties, bundles));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(NeuralBoxConnectionDetails.class)
    NeuralBox neuralBox(
            NeuralBoxProperties properties,
            NeuralBoxConnectionDetails details,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<Transport> transport,
            ObjectProvider<CreditGuard> budget,
            ObjectProvider<GenerationListener> listeners,
            ObjectProvider<NeuralBoxCustomizer> customizers) {
        NeuralBox.Builder builder = ClientFactory.builder(properties, details);
        Transport own = transport.getIfAvailable();
        if (own != null) {
            builder.transport(own);
        } else {
            builder.transportConfig(transportConfig(properties, bundles));
        }
        budget.ifAvailable(builder::budget);
        listeners.orderedStream().forEach(builder::listener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean(CreditGuard.class)
    @ConditionalOnBean(NeuralBoxConnectionDetails.class)
    @Conditional(OnBudget.class)
    CreditBudget neuralBoxBudget(
            NeuralBoxProperties properties,
            ObjectProvider<BudgetStore> store,
            ObjectProvider<BudgetListener> budgetListeners) {
        CreditBudget.Builder limits = ClientFactory.budget(properties.budget());
        store.ifAvailable(limits::store);
        budgetListeners.orderedStream().forEach(limits::listener);
        return limits.build();
    }

    /** For the health indicator. */
    @Bean
    @ConditionalOnBean(NeuralBox.class)
    LastOutcomes neuralBoxLastOutcomes() {
        return new LastOutcomes(Clock.systemUTC());
    }

    /** For all generations, because a page hears of a failure only by a code. */
    @Bean
    @ConditionalOnBean(NeuralBox.class)
    FailureLog neuralBoxFailureLog() {
        return new FailureLog();
    }

    /** Static, because it sees the other beans as they are made. */
    @Bean
    static NeuralBoxClients neuralBoxClients() {
        return new NeuralBoxClients();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(NeuralBox.class)
    NeuralBoxDrain neuralBoxDrain(
            ConfigurableApplicationContext context, NeuralBoxClients clients, NeuralBoxProperties properties) {
        return NeuralBoxDrain.of(context, clients, properties.shutdownTimeout());
    }

    private static TransportConfig transportConfig(NeuralBoxProperties properties, ObjectProvider<SslBundles> bundles) {
        String name = properties.sslBundle();
        SslBundle bundle = name == null ? null : bundles.getObject().getBundle(name);
        return ClientFactory.transportConfig(properties, bundle);
    }
}
