package top.neuralbox.examples.nativeimage;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.metrics.NeuralBoxTracing;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A program that does each thing once, on each transport, for {@link ReflectionWatchTest} to look on. */
final class OneOfEach {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    private OneOfEach() {}

    public static void main(String[] arguments) throws Exception {
        for (String transport : new String[] {"httpclient", "vertx"}) {
            // Found by ServiceLoader, as most applications do.
            System.setProperty("neuralbox.transport", transport);
            try (LocalNeuralBox service = LocalNeuralBox.start();
                    NeuralBox neuralBox = NeuralBox.builder()
                            .baseUri(service.uri())
                            .apiKey(LocalNeuralBox.apiKey())
                            .listener(NeuralBoxTracing.create(ObservationRegistry.create()))
                            .listener(NeuralBoxMetrics.create(new SimpleMeterRegistry()))
                            .listener(new BillingLedger())
                            .budget(CreditBudget.builder()
                                    .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
                                    .build())
                            .build()) {
                run(service, neuralBox);
            }
        }
        // What the watch has to see, or it sees nothing at all.
        Class.forName(OneOfEach.class.getName());
        System.exit(0);
    }

    private static void run(LocalNeuralBox service, NeuralBox neuralBox) throws IOException {
        neuralBox.generate(REQUEST);
        neuralBox.generateAsync(REQUEST).join();
        neuralBox.submit(REQUEST);
        neuralBox.account().balance();
        try (GenerationStream stream = neuralBox.stream(REQUEST)) {
            for (GenerationEvent event : stream) {
                event.toString();
            }
        }
        StreamRelay.of(neuralBox.publish(REQUEST)).writeTo(OutputStream.nullOutputStream());
        for (Fault fault :
                new Fault[] {Fault.cutAfter(200), Fault.rateLimited(Duration.ofHours(1)), Fault.fail(2, "no")}) {
            service.misbehave(fault);
            try {
                neuralBox.generate(REQUEST);
            } catch (NeuralBoxException expected) {
                expected.toString();
            }
        }
    }
}
