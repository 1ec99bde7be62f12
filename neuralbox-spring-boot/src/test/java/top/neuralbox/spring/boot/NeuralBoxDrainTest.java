package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.logs.LoggedLines;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What becomes of the clients when their context stops, and when it closes. */
class NeuralBoxDrainTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** In the midst of the service's answer. */
    private static final int MIDST = 135;

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, NeuralBoxAutoConfiguration.class))
            .withPropertyValues("neuralbox.api-key=" + LocalNeuralBox.apiKey(), "neuralbox.base-uri=" + service.uri());

    @AfterEach
    void stop() {
        service.close();
    }

    /** As Spring does with the contexts of tests, and before a checkpoint. */
    @Test
    void contextThatWasStoppedAndStartedAgainGenerates() {
        runner.run(context -> {
            context.stop();
            context.start();

            assertThat(context.getBean(NeuralBox.class).generate(REQUEST).text())
                    .isNotEmpty();
        });
    }

    @Test
    void closeWaitsForTheGenerationsOfAllClients() {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(MIDST, gate));
        service.misbehave(Fault.stallAfter(MIDST, gate));
        List<CompletableFuture<Generation>> generations = new ArrayList<>();

        runner.withBean("one", NeuralBox.class, this::client)
                .withBean("other", NeuralBox.class, this::client)
                .run(context -> {
                    Collection<NeuralBox> clients =
                            context.getBeansOfType(NeuralBox.class).values();
                    clients.forEach(client -> generations.add(client.generateAsync(REQUEST)));
                    service.awaitOpenStreams(2, PATIENCE);
                    // On a thread of its own: this one closes the context next.
                    new Thread(() -> {
                                clients.forEach(NeuralBoxDrainTest::awaitRefusal);
                                gate.open();
                            })
                            .start();
                });

        assertThat(generations)
                .hasSize(2)
                .allSatisfy(generation -> assertThat(generation).succeedsWithin(PATIENCE));
    }

    @Test
    void lazyClientThatNobodyNeededIsNotMadeByTheClose() {
        AtomicBoolean made = new AtomicBoolean();

        runner.withBean(
                        NeuralBox.class,
                        () -> {
                            made.set(true);
                            return client();
                        },
                        definition -> definition.setLazyInit(true))
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(made).isFalse();
    }

    @Test
    void clientThatIsRegisteredAsItIsIsDrained() {
        assertDrained(
                runner.withInitializer(context -> context.getBeanFactory().registerSingleton("made", client())),
                "made");
    }

    @Test
    void clientThatAFactoryMadeIsDrained() {
        FactoryBean<NeuralBox> factory = new FactoryBean<>() {
            @Override
            public NeuralBox getObject() {
                return client();
            }

            @Override
            public Class<NeuralBox> getObjectType() {
                return NeuralBox.class;
            }
        };

        assertDrained(runner.withBean("made", FactoryBean.class, () -> factory), "made");
    }

    @Test
    void factoryThatThrowsDoesNotKeepAnotherClientFromItsDrain() {
        assertDrained(
                runner.withBean("broken", BrokenFactory.class).withBean("one", NeuralBox.class, this::client), "one");
    }

    @Test
    void logThatThrowsDoesNotHoldTheCloseUp() {
        service.misbehave(Fault.stallAfter(MIDST));
        Logger logger = Logger.getLogger("top.neuralbox.spring.boot");
        Handler broken = new BrokenLog();
        try (LoggedLines log = LoggedLines.of(logger.getName())) {
            logger.addHandler(broken);

            // Spring would wait for this minute.
            ApplicationContextRunner patient = runner.withPropertyValues(
                    "spring.lifecycle.timeout-per-shutdown-phase=1m", "neuralbox.shutdown-timeout=0s");
            assertTimeoutPreemptively(PATIENCE.multipliedBy(2), () -> {
                patient.run(context -> {
                    var unused = context.getBean(NeuralBox.class).generateAsync(REQUEST);
                    service.awaitOpenStreams(1, PATIENCE);
                });
            });

            assertThat(log.all()).singleElement().asString().contains("these were cancelled");
        } finally {
            logger.removeHandler(broken);
        }
    }

    /** The context closes in the midst of a generation, which ends whole all the same. */
    private void assertDrained(ApplicationContextRunner application, String name) {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(MIDST, gate));
        List<CompletableFuture<Generation>> generations = new ArrayList<>();

        application.run(context -> {
            NeuralBox client = context.getBean(name, NeuralBox.class);
            generations.add(client.generateAsync(REQUEST));
            service.awaitOpenStreams(1, PATIENCE);
            // On a thread of its own: this one closes the context next.
            new Thread(() -> {
                        awaitRefusal(client);
                        gate.open();
                    })
                    .start();
        });

        assertThat(generations)
                .singleElement()
                .satisfies(generation -> assertThat(generation).succeedsWithin(PATIENCE));
    }

    private NeuralBox client() {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .build();
    }

    /** A client refuses new calls as soon as its drain has begun, and when it is closed. */
    private static void awaitRefusal(NeuralBox client) {
        while (!client.account().balanceAsync().isCompletedExceptionally()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A factory of the application, which nobody has asked for its client before the close. */
    static final class BrokenFactory implements FactoryBean<NeuralBox> {

        @Override
        public NeuralBox getObject() {
            throw new IllegalStateException("no client");
        }

        @Override
        public Class<NeuralBox> getObjectType() {
            return NeuralBox.class;
        }
    }

    private static final class BrokenLog extends Handler {

        @Override
        public void publish(LogRecord entry) {
            throw new IllegalStateException("the disk is full");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
