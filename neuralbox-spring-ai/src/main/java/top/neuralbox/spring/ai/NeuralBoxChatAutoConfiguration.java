package top.neuralbox.spring.ai;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import top.neuralbox.NeuralBox;

/** The model as a bean, in applications of Spring Boot that have one client, or several of which one is the primary. */
@AutoConfiguration(
        afterName = {
            "top.neuralbox.spring.boot.NeuralBoxAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnProperty(
        name = NeuralBoxChatAutoConfiguration.PROPERTY,
        havingValue = NeuralBoxChatAutoConfiguration.NAME,
        matchIfMissing = true)
@EnableConfigurationProperties(NeuralBoxChatProperties.class)
final class NeuralBoxChatAutoConfiguration {

    static final String PROPERTY = "spring.ai.model.chat";
    static final String NAME = "neuralbox";

    NeuralBoxChatAutoConfiguration() {}

    @Bean
    @ConditionalOnSingleCandidate(NeuralBox.class)
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

    /** Says what is missing if the application chose this model. Spring would only say that there is no ChatModel. */
    @Bean("neuralBoxChatModel")
    @ConditionalOnProperty(name = PROPERTY, havingValue = NAME)
    @ConditionalOnMissingBean
    @SuppressWarnings("DoNotCallSuggester") // Spring calls it.
    NeuralBoxChatModel neuralBoxChatModelWithoutClient() {
        throw new NoClientException(PROPERTY + " is " + NAME + ", but there is no bean of NeuralBox, or none of"
                + " several is the primary: add neuralbox-spring-boot-starter and set neuralbox.api-key, or declare one"
                + " bean, or mark one with @Primary");
    }
}
