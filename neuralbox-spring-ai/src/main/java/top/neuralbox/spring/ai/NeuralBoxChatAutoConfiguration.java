package top.neuralbox.spring.ai;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import top.neuralbox.NeuralBox;

/** The model as a bean, in applications of Spring Boot that have the client as one. */
@AutoConfiguration(
        afterName = {
            "top.neuralbox.spring.boot.NeuralBoxAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnBean(NeuralBox.class)
@ConditionalOnProperty(name = "spring.ai.model.chat", havingValue = "neuralbox", matchIfMissing = true)
@EnableConfigurationProperties(NeuralBoxChatProperties.class)
final class NeuralBoxChatAutoConfiguration {

    NeuralBoxChatAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    NeuralBoxChatModel neuralBoxChatModel(
            NeuralBox neuralBox,
            NeuralBoxChatProperties properties,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ChatModelObservationConvention> convention) {
        NeuralBoxChatModel.Builder model = NeuralBoxChatModel.builder(neuralBox)
                .options(NeuralBoxChatOptions.builder()
                        .model(properties.options().model())
                        .temperature(properties.options().temperature())
                        .maxTokens(properties.options().maxTokens())
                        .build());
        observations.ifAvailable(model::observationRegistry);
        convention.ifAvailable(model::observationConvention);
        return model.build();
    }
}
