package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.examples.guide.Guide;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Runs each example of the README; the test of the same name runs the method. */
@ExtendWith(Guide.class)
class ReadmeExamplesTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    @Test
    void everyExampleIsRun() {
        List<String> tests = names(ReadmeExamplesTest.class);

        assertThat(names(ReadmeExamples.class))
                .isNotEmpty()
                .allSatisfy(example -> assertThat(tests).contains(example));
    }

    @Test
    void whole(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("An old silent pond"));
        try (NeuralBox neuralBox = NeuralBox.create()) {
            assertThat(ReadmeExamples.whole(neuralBox)).isEqualTo("An old silent pond");
        }
    }

    @Test
    void later(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("An old silent pond"));
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.later(neuralBox).join();
        }

        assertThat(guide.printed()).isEqualTo("An old silent pond\n");
    }

    @Test
    void onDemand() {
        RecordingSubscriber<GenerationEvent> subscriber = RecordingSubscriber.unbounded();
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.onDemand(neuralBox, subscriber);

            assertThat(subscriber.awaitCompletion()).last().isInstanceOf(GenerationEvent.End.class);
        }
    }

    @Test
    void failures(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            guide.service().misbehave(Fault.rateLimited(Duration.ofHours(1)));
            ReadmeExamples.failures(neuralBox, REQUEST);
            guide.service().misbehave(Fault.fail(3, "the provider is down"));
            ReadmeExamples.failures(neuralBox, REQUEST);
            guide.service().misbehave(Fault.cutAfter(200));
            ReadmeExamples.failures(neuralBox, REQUEST);
        }

        assertThat(guide.printed())
                .startsWith("come back in PT1H\nnothing was charged, send it again if you like: the service gave")
                .contains("ask the service about gen_");
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .toList();
    }
}
