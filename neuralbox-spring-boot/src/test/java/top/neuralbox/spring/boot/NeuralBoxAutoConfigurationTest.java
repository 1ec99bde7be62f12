package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.annotation.Order;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.logs.LoggedLines;
import top.neuralbox.logs.Logs;
import top.neuralbox.metrics.BudgetMetrics;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;

/** The beans on Boot 3.5; the example application has them on Boot 4. */
class NeuralBoxAutoConfigurationTest {

    private static final LocalNeuralBox SERVICE = LocalNeuralBox.start();
    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    private final ApplicationContextRunner withoutKey = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    NeuralBoxAutoConfiguration.class,
                    NeuralBoxHealthBoot3AutoConfiguration.class,
                    NeuralBoxHealthBoot4AutoConfiguration.class,
                    NeuralBoxMetricsAutoConfiguration.class,
                    NeuralBoxBudgetMetricsAutoConfiguration.class))
            .withPropertyValues("neuralbox.base-uri=" + SERVICE.uri());
    private final ApplicationContextRunner runner =
            withoutKey.withPropertyValues("neuralbox.api-key=" + LocalNeuralBox.apiKey());

    @AfterEach
    void leaveNoFaultToTheNextTest() {
        SERVICE.behave();
    }

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    @Test
    void keyAloneMakesAClient() {
        runner.run(context -> assertThat(
                        context.getBean(NeuralBox.class).generate(REQUEST).text())
                .isNotEmpty());
    }

    @Test
    void withoutAKeyThereIsNoClientAndNoHealth() {
        withoutKey.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(NeuralBox.class)
                .doesNotHaveBean(NeuralBoxDrain.class)
                .doesNotHaveBean(HealthIndicator.class));
    }

    /** An environment variable that is not set arrives as an empty property, if it has an empty default. */
    @Test
    void blankKeyIsNone() {
        withoutKey
                .withPropertyValues("neuralbox.api-key= ")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBox.class));
    }

    @Test
    void blankOptionalPropertiesCountAsNotSet() {
        runner.withPropertyValues(
                        "neuralbox.proxy.host=",
                        "neuralbox.proxy.username=",
                        "neuralbox.proxy.password= ",
                        "neuralbox.ssl-bundle=",
                        "neuralbox.transport=")
                .run(context -> assertThat(context.getBean(NeuralBox.class)
                                .generate(REQUEST)
                                .text())
                        .isNotEmpty());
    }

    @Test
    void userOfTheProxyWithoutAPasswordIsRefusedByName() {
        runner.withPropertyValues("neuralbox.proxy.host=localhost", "neuralbox.proxy.username=user")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("neuralbox.proxy.username")
                        .hasMessageContaining("neuralbox.proxy.password"));
    }

    @Test
    void disabledThereIsNoClient() {
        runner.withPropertyValues("neuralbox.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(NeuralBox.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsAClient {

        @Bean
        String answer(NeuralBox neuralBox) {
            return neuralBox.toString();
        }
    }

    @Test
    void injectedWithoutAKeyItSaysThatThereIsNone() {
        withoutKey.withUserConfiguration(NeedsAClient.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(new MissingKeyFailureAnalyzer().analyze(context.getStartupFailure()))
                    .satisfies(analysis -> {
                        assertThat(analysis.getDescription()).contains("no API key is set");
                        assertThat(analysis.getAction()).contains("neuralbox.api-key");
                    });
        });
    }

    @Test
    void missingBeanOfAnotherTypeIsLeftToBoot() {
        assertThat(new MissingKeyFailureAnalyzer().analyze(new NoSuchBeanDefinitionException(String.class)))
                .isNull();
    }

    @Test
    void keyIsInNoTextOfTheProperties() {
        runner.withPropertyValues("neuralbox.proxy.password=secret")
                .run(context -> assertThat(context.getBean(NeuralBoxProperties.class)
                                + context.getBean(NeuralBoxProperties.class)
                                        .proxy()
                                        .toString())
                        .contains("******")
                        .doesNotContain(LocalNeuralBox.apiKey())
                        .doesNotContain("secret"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Parts {

        private final List<String> calls = new ArrayList<>();

        @Bean
        NeuralBoxConnectionDetails details() {
            return LocalNeuralBox::apiKey;
        }

        @Bean
        NeuralBoxCustomizer customizer() {
            return builder -> builder.baseUri(SERVICE.uri()).header("x-gateway", "a");
        }

        @Bean
        @Order(2)
        GenerationListener second() {
            return listener("second");
        }

        @Bean
        @Order(1)
        GenerationListener first() {
            return listener("first");
        }

        @Bean
        List<String> calls() {
            return calls;
        }

        private GenerationListener listener(String name) {
            return (GenerationInfo info) -> {
                calls.add(name);
                return outcome -> {};
            };
        }
    }

    @Test
    void connectionDetailsCustomizersAndListenersOfTheApplicationTakePart() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(NeuralBoxAutoConfiguration.class))
                .withUserConfiguration(Parts.class)
                .run(context -> {
                    context.getBean(NeuralBox.class).generate(REQUEST);

                    assertThat(SERVICE.requests()
                                    .get(SERVICE.requests().size() - 1)
                                    .headers()
                                    .toString())
                            .containsIgnoringCase("x-gateway");
                    assertThat(context.getBean(Parts.class).calls).containsExactly("first", "second");
                });
    }

    @Test
    void transportIsChosenByName() {
        runner.withPropertyValues("neuralbox.transport=httpclient").run(context -> {
            assertThat(context).hasSingleBean(Transport.class);
            assertThat(context.getBean(NeuralBox.class).generate(REQUEST).text())
                    .isNotEmpty();
        });
        runner.withPropertyValues("neuralbox.transport=pigeon")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("pigeon")
                        .hasMessageContaining("httpclient"));
    }

    @Test
    void allSettingsOfTheBuilderCanBeProperties() {
        runner.withPropertyValues(
                        "neuralbox.name=chat",
                        "neuralbox.headers.x-team=a",
                        "neuralbox.max-connections=7",
                        "neuralbox.protocols=http-1-1",
                        "neuralbox.timeouts.connect=3s",
                        "neuralbox.timeouts.response-head=4s",
                        "neuralbox.timeouts.first-event=5s",
                        "neuralbox.timeouts.idle=6s",
                        "neuralbox.timeouts.event-idle=7s",
                        "neuralbox.timeouts.total=1m",
                        "neuralbox.retry.max-retries=0",
                        "neuralbox.retry.first-delay=100ms",
                        "neuralbox.retry.max-delay=1s",
                        "neuralbox.retry.max-wait=2s",
                        "neuralbox.limits.line=64KB",
                        "neuralbox.limits.event=128KB",
                        "neuralbox.limits.stream=1MB",
                        "neuralbox.limits.error-body=8KB",
                        "neuralbox.limits.answer=1MB",
                        "neuralbox.limits.kept-text=1000",
                        "neuralbox.admission.max-calls=2",
                        "neuralbox.admission.max-calls-per-tenant=1",
                        "neuralbox.admission.max-queued=3",
                        "neuralbox.admission.max-wait=9s",
                        "neuralbox.admission.wait-for-budget=true")
                .run(context ->
                        assertThat(context.getBean(NeuralBox.class).toString()).contains("chat"));
    }

    @Test
    void budgetOfThePropertiesRefuses() {
        runner.withPropertyValues("neuralbox.budget.limits[0].credits=0", "neuralbox.budget.limits[0].window=1d")
                .run(context -> assertThatThrownBy(() -> context.getBean(NeuralBox.class)
                                .generate(GenerationRequest.builder()
                                        .model("gpt-5")
                                        .prompt("Write a haiku")
                                        .estimatedCredits(BigDecimal.ONE)
                                        .build()))
                        .isInstanceOf(BudgetExceededException.class));
    }

    @Test
    void generationIsCountedOnceOnTheRegistry() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            context.getBean(NeuralBox.class).generate(REQUEST);

            assertThat(context.getBean(MeterRegistry.class)
                            .get("neuralbox.client.generation.duration")
                            .tag("outcome", "completed")
                            .timer()
                            .count())
                    .isOne();
        });
    }

    @Test
    void budgetOfThePropertiesHasGaugesOfWhatIsLeft() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues(
                        "neuralbox.budget.limits[0].credits=10",
                        "neuralbox.budget.limits[0].window=1d",
                        "neuralbox.budget.tenant-limits[0].credits=4",
                        "neuralbox.budget.tenant-limits[0].window=1h",
                        "neuralbox.metrics.budget-tenants=acme")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.get("neuralbox.client.budget.limit")
                                    .tag("tenant", "none")
                                    .gauge()
                                    .value())
                            .isEqualTo(10);
                    assertThat(registry.get("neuralbox.client.budget.limit")
                                    .tag("tenant", "acme")
                                    .gauge()
                                    .value())
                            .isEqualTo(4);
                });
    }

    @Test
    void gaugesOfTheBudgetHaveTheNameThatACustomizerGaveTheClient() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(NeuralBoxCustomizer.class, () -> builder -> builder.name("chat"))
                .withPropertyValues("neuralbox.budget.limits[0].credits=10", "neuralbox.budget.limits[0].window=1d")
                .run(context -> assertThat(context.getBean(MeterRegistry.class)
                                .get("neuralbox.client.budget.limit")
                                .gauge()
                                .getId()
                                .getTag("client"))
                        .isEqualTo("chat"));
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoAccounts {

        @Bean
        CreditBudget firstBudget() {
            return CreditBudget.builder()
                    .limit(BigDecimal.TEN, Duration.ofDays(1))
                    .build();
        }

        @Bean
        CreditBudget secondBudget() {
            return CreditBudget.builder()
                    .limit(BigDecimal.ONE, Duration.ofDays(1))
                    .build();
        }

        @Bean
        @Primary
        NeuralBox first(CreditBudget firstBudget) {
            return client("first", firstBudget);
        }

        @Bean
        NeuralBox second(CreditBudget secondBudget) {
            return client("second", secondBudget);
        }

        private static NeuralBox client(String name, CreditBudget budget) {
            return NeuralBox.builder()
                    .name(name)
                    .apiKey(LocalNeuralBox.apiKey())
                    .baseUri(SERVICE.uri())
                    .budget(budget)
                    .build();
        }
    }

    /** Nobody can say which of them the gauges of the properties would mean. */
    @Test
    void twoBudgetsLeaveTheGaugesOut() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withUserConfiguration(TwoAccounts.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BudgetMetrics.class));
    }

    @Test
    void withoutALimitThereIsNoBudget() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context ->
                        assertThat(context).doesNotHaveBean(CreditBudget.class).doesNotHaveBean(BudgetMetrics.class));
    }

    @Test
    void failedGenerationIsLogged() {
        SERVICE.misbehave(Fault.refuse(500, "internal_error", "Something broke."));
        try (LoggedLines log = LoggedLines.of(FailureLog.NAME)) {
            runner.run(context -> assertThatThrownBy(
                            () -> context.getBean(NeuralBox.class).generate(REQUEST))
                    .isInstanceOf(NeuralBoxException.class));

            assertThat(log.all()).hasSize(1);
        }
    }

    @Test
    @Logs(perhaps = "a generation failed")
    void healthTellsOfTheLastGenerationAndSendsNothing() {
        runner.run(context -> {
            HealthIndicator indicator = context.getBean(HealthIndicator.class);
            long requests = SERVICE.requestCount();
            Health before = indicator.health();
            assertThat(SERVICE.requestCount()).isEqualTo(requests);

            context.getBean(NeuralBox.class).generate(REQUEST);
            Health after = indicator.health();
            SERVICE.misbehave(Fault.refuse(500, "internal_error", "Something broke."));
            assertThatThrownBy(() -> context.getBean(NeuralBox.class).generate(REQUEST))
                    .isInstanceOf(NeuralBoxException.class);
            Health failed = indicator.health();

            assertThat(before.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(after.getStatus()).isEqualTo(Status.UP);
            assertThat(after.getDetails()).containsKey("lastCompleted");
            assertThat(failed.getStatus()).isEqualTo(Status.DOWN);
            assertThat(failed.getDetails()).containsKey("lastError");
            assertThat(failed.toString()).doesNotContain("Something broke.");
        });
    }

    @Test
    @Logs(perhaps = "these were cancelled") // Not if an application before has switched logging off.
    void stopCutsAGenerationThatOutlastsTheTimeOut() {
        SERVICE.misbehave(Fault.stallAfter(135));
        List<CompletableFuture<Generation>> generation = new ArrayList<>();

        runner.withPropertyValues("neuralbox.shutdown-timeout=0s").run(context -> {
            generation.add(context.getBean(NeuralBox.class).generateAsync(REQUEST));
            SERVICE.awaitOpenStreams(1, Duration.ofSeconds(10));
        });

        assertThat(generation.get(0))
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(GenerationCancelledException.class);
    }

    @Test
    void eachPropertyIsDescribedForEditors() throws Exception {
        try (InputStream metadata = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            String json = new String(metadata.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(json)
                    .contains(
                            "\"neuralbox.api-key\"",
                            "\"neuralbox.timeouts.first-event\"",
                            "\"neuralbox.budget.limits\"",
                            "\"neuralbox.budget.redis.url\"",
                            "\"neuralbox.metrics.naming\"",
                            "\"neuralbox.metrics.budget-tenants\"",
                            "\"neuralbox.tracing.enabled\"",
                            "\"management.health.neuralbox.enabled\"")
                    .contains("Key of the account.", "Time between two events.");
        }
    }

    @Test
    void stopWaitsForAGenerationUnderWay() throws Exception {
        Gate gate = new Gate();
        SERVICE.misbehave(Fault.stallAfter(135, gate));
        CompletableFuture<Generation> generation = new CompletableFuture<>();
        // On threads of their own: the common pool has one on a machine with two processors.
        Executor threads = task -> new Thread(task).start();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(
                () -> runner.run(context -> {
                    NeuralBox neuralBox = context.getBean(NeuralBox.class);
                    neuralBox.generateAsync(REQUEST).whenComplete((text, error) -> {
                        if (error == null) {
                            generation.complete(text);
                        } else {
                            generation.completeExceptionally(error);
                        }
                    });
                    SERVICE.awaitOpenStreams(1, Duration.ofSeconds(10));
                    threads.execute(() -> {
                        // The drain has begun when the client refuses.
                        while (!refuses(neuralBox)) {
                            Thread.onSpinWait();
                        }
                        gate.open();
                    });
                }),
                threads);

        stopped.get(20, TimeUnit.SECONDS);

        assertThat(generation.get(1, TimeUnit.SECONDS).text()).isNotEmpty();
    }

    private static boolean refuses(NeuralBox neuralBox) {
        return neuralBox.account().balanceAsync().isCompletedExceptionally();
    }

    @Test
    void drainFitsIntoBootsTimeOut() {
        runner.run(context ->
                assertThat(context.getBean(NeuralBoxDrain.class).patience()).isEqualTo(Duration.ofSeconds(28)));
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10s")
                .run(context -> assertThat(context.getBean(NeuralBoxDrain.class).patience())
                        .isEqualTo(Duration.ofSeconds(8)));
        runner.withPropertyValues("neuralbox.shutdown-timeout=3s")
                .run(context -> assertThat(context.getBean(NeuralBoxDrain.class).patience())
                        .isEqualTo(Duration.ofSeconds(3)));
    }

    @Test
    void negativeTimeToShutDownIsRefusedByName() {
        runner.withPropertyValues("neuralbox.shutdown-timeout=-1s")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("neuralbox.shutdown-timeout"));
    }
}
