package top.neuralbox.spring.boot.test;

import java.net.URI;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import top.neuralbox.spring.boot.NeuralBoxConnectionDetails;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The service, and the way to it. */
@Configuration(proxyBeanMethods = false)
final class LocalNeuralBoxConfiguration {

    LocalNeuralBoxConfiguration() {}

    @Bean(destroyMethod = "close")
    LocalNeuralBox localNeuralBox(ObjectProvider<LocalNeuralBox.Builder> builder) {
        return builder.getIfAvailable(LocalNeuralBox::builder).start();
    }

    /** Primary, so that a test never uses the application's own details, which may lead to the paid service. */
    @Bean
    @Primary
    NeuralBoxConnectionDetails localNeuralBoxConnectionDetails(LocalNeuralBox service) {
        return new NeuralBoxConnectionDetails() {
            @Override
            public String apiKey() {
                return LocalNeuralBox.apiKey();
            }

            @Override
            public URI baseUri() {
                return service.uri();
            }
        };
    }
}
