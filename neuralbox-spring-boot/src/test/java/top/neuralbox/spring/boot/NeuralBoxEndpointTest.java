package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

class NeuralBoxEndpointTest {

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EndpointAutoConfiguration.class,
                    WebEndpointAutoConfiguration.class,
                    NeuralBoxAutoConfiguration.class,
                    NeuralBoxEndpointAutoConfiguration.class))
            .withPropertyValues("neuralbox.api-key=" + LocalNeuralBox.apiKey(), "neuralbox.base-uri=" + service.uri());

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void readAsksTheServiceForTheBalance() {
        runner.run(context -> {
            NeuralBoxEndpoint endpoint = context.getBean(NeuralBoxEndpoint.class);
            assertThat(service.requestCount()).isZero();
            context.getBean(NeuralBox.class).generate(GenerationRequest.of("gpt-5", "Write a haiku"));

            Map<String, Object> account = endpoint.account();

            assertThat(account)
                    .containsEntry("generations", "UP")
                    .containsKey("lastCompleted")
                    .containsEntry("credits", BigDecimal.valueOf(297));
        });
    }

    @Test
    void failureIsShownByItsType() {
        runner.withPropertyValues("neuralbox.retry.max-retries=0").run(context -> {
            service.close();

            assertThat(context.getBean(NeuralBoxEndpoint.class).account())
                    .containsEntry("creditsError", "ConnectionException")
                    .doesNotContainKey("credits");
        });
    }

    @Test
    void isExposedOnlyIfTheApplicationSaysSo() {
        runner.run(context ->
                assertThat(exposed(context.getBean(WebEndpointsSupplier.class))).doesNotContain("neuralbox"));
        runner.withPropertyValues("management.endpoints.web.exposure.include=neuralbox")
                .run(context -> assertThat(exposed(context.getBean(WebEndpointsSupplier.class)))
                        .contains("neuralbox"));
    }

    @Test
    void ofTwoClientsWithoutAPrimaryThereIsNone() {
        runner.withBean("one", NeuralBox.class, this::client)
                .withBean("other", NeuralBox.class, this::client)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBoxEndpoint.class));
    }

    @Test
    void primaryOfTwoClientsHasOne() {
        runner.withBean("one", NeuralBox.class, this::client, definition -> definition.setPrimary(true))
                .withBean("other", NeuralBox.class, this::client)
                .run(context -> assertThat(context).hasSingleBean(NeuralBoxEndpoint.class));
    }

    @Test
    void clientOfTheApplicationHasOneWithoutAKeyInTheProperties() {
        runner.withPropertyValues("neuralbox.api-key=")
                .withBean(NeuralBox.class, this::client)
                .run(context -> assertThat(
                                context.getBean(NeuralBoxEndpoint.class).account())
                        .containsEntry("credits", BigDecimal.valueOf(300)));
    }

    private NeuralBox client() {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .build();
    }

    private static List<String> exposed(WebEndpointsSupplier endpoints) {
        return endpoints.getEndpoints().stream()
                .map(endpoint -> endpoint.getEndpointId().toString())
                .toList();
    }
}
