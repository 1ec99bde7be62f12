package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The model as a bean. The application in consumers has it with the starter. */
class NeuralBoxChatAutoConfigurationTest {

    private static final String NO_CLIENT = "spring.ai.model.chat is neuralbox, but there is no bean of NeuralBox, or"
            + " none of several is the primary: add neuralbox-spring-boot-starter and set neuralbox.api-key, or declare"
            + " one bean, or mark one with @Primary";

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final NeuralBox neuralBox = Carrier.HTTPCLIENT.client(service);
    private final ApplicationContextRunner withoutClient = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(NeuralBoxChatAutoConfiguration.class));
    private final ApplicationContextRunner runner = withoutClient
            .withBean(NeuralBox.class, () -> neuralBox)
            .withPropertyValues("spring.ai.neuralbox.chat.options.model=gpt-5");

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void clientMakesAModelIfNoModelIsChosen() {
        runner.run(
                context -> assertThat(context.getBean(NeuralBoxChatModel.class).call("robots"))
                        .startsWith("Here is a short story"));
    }

    @Test
    void modelIsChosenByItsName() {
        runner.withPropertyValues("spring.ai.model.chat=neuralbox")
                .run(context -> assertThat(context).hasSingleBean(NeuralBoxChatModel.class));
    }

    @Test
    void thereIsNoModelIfAnotherIsChosen() {
        runner.withPropertyValues("spring.ai.model.chat=openai")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBoxChatModel.class));
    }

    @Test
    void thereIsNoModelIfNoneIsWanted() {
        runner.withPropertyValues("spring.ai.model.chat=none")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBoxChatModel.class));
    }

    @Test
    void modelOfTheApplicationWins() {
        NeuralBoxChatModel own = NeuralBoxChatModel.builder(neuralBox).build();

        runner.withBean("own", NeuralBoxChatModel.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(NeuralBoxChatModel.class).isSameAs(own));
    }

    @Test
    void optionsAreBound() {
        runner.withPropertyValues(
                        "spring.ai.neuralbox.chat.options.temperature=0.7",
                        "spring.ai.neuralbox.chat.options.max-tokens=200")
                .run(context -> {
                    NeuralBoxChatOptions options =
                            context.getBean(NeuralBoxChatModel.class).getOptions();

                    assertThat(options.getModel()).isEqualTo("gpt-5");
                    assertThat(options.getTemperature()).isEqualTo(0.7);
                    assertThat(options.getMaxTokens()).isEqualTo(200);
                });
    }

    @Test
    void registryOfTheApplicationObservesTheCalls() {
        TestObservationRegistry registry = TestObservationRegistry.create();

        runner.withBean(ObservationRegistry.class, () -> registry)
                .run(context -> context.getBean(NeuralBoxChatModel.class).call("robots"));

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasBeenStopped();
    }

    @Test
    void conventionOfTheApplicationNamesTheObservations() {
        TestObservationRegistry registry = TestObservationRegistry.create();
        ChatModelObservationConvention convention = new DefaultChatModelObservationConvention() {
            @Override
            public String getName() {
                return "chat.of.ours";
            }
        };

        runner.withBean(ObservationRegistry.class, () -> registry)
                .withBean(ChatModelObservationConvention.class, () -> convention)
                .run(context -> context.getBean(NeuralBoxChatModel.class).call("robots"));

        TestObservationRegistryAssert.assertThat(registry).hasObservationWithNameEqualTo("chat.of.ours");
    }

    @Test
    void chosenModelWithoutAClientSaysWhatIsMissing() {
        withoutClient
                .withPropertyValues("spring.ai.model.chat=neuralbox")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage(NO_CLIENT));
    }

    @Test
    void twoClientsWithoutAPrimaryMakeNoModel() {
        twoClients().run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChatModel.class));
    }

    @Test
    void chosenModelWithTwoClientsAndNoPrimarySaysWhatIsMissing() {
        twoClients()
                .withPropertyValues("spring.ai.model.chat=neuralbox")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage(NO_CLIENT));
    }

    @Test
    void primaryOfTwoClientsMakesAModel() {
        twoClients(definition -> definition.setPrimary(true))
                .run(context -> assertThat(context).hasSingleBean(NeuralBoxChatModel.class));
    }

    private ApplicationContextRunner twoClients(BeanDefinitionCustomizer... ofTheFirst) {
        return withoutClient
                .withBean("first", NeuralBox.class, () -> neuralBox, ofTheFirst)
                .withBean("second", NeuralBox.class, () -> neuralBox);
    }

    @Test
    void bootExplainsAChosenModelWithoutAClient() {
        withoutClient
                .withPropertyValues("spring.ai.model.chat=neuralbox")
                .run(context -> assertThat(analyses(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(analysis -> {
                            assertThat(analysis.getDescription())
                                    .contains("spring.ai.model.chat is neuralbox", "there is no NeuralBox client");
                            assertThat(analysis.getAction())
                                    .contains("neuralbox.api-key", "neuralbox-spring-boot-starter");
                        }));
    }

    /** What those analyzers say that Spring Boot finds, and that need no bean and no environment. */
    private static List<FailureAnalysis> analyses(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, cause) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void applicationWithoutAClientStartsIfNoModelIsChosen() {
        withoutClient.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBoxChatModel.class));
    }

    @Test
    void chosenModelOfTheApplicationNeedsNoClientBean() {
        NeuralBoxChatModel own = NeuralBoxChatModel.builder(neuralBox).build();

        withoutClient
                .withPropertyValues("spring.ai.model.chat=neuralbox")
                .withBean("own", NeuralBoxChatModel.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(NeuralBoxChatModel.class).isSameAs(own));
    }
}
