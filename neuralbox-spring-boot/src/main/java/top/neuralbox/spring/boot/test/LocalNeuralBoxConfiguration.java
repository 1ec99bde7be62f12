package top.neuralbox.spring.boot.test;

import java.net.URI;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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

    @Bean
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
