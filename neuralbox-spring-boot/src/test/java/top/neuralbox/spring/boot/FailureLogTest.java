package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.Admission;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.logs.LoggedLines;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

class FailureLogTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    private final LoggedLines log = LoggedLines.of(FailureLog.NAME);
    private final LocalNeuralBox service = LocalNeuralBox.start();

    @AfterEach
    void stop() {
        log.close();
        service.close();
    }

    @Test
    void refusalOfTheServiceIsOneLineWithItsRequestIdAndWithoutItsText() {
        service.misbehave(Fault.refuse(500, "internal_error", "Something broke."));
        try (NeuralBox neuralBox = client().build()) {
            assertThatThrownBy(() -> neuralBox.generate(REQUEST)).isInstanceOf(NeuralBoxException.class);
        }

        assertThat(log.all())
                .singleElement()
                .asString()
                .startsWith("WARNING a generation failed: ApiException, status 500, phase ")
                .contains("attempts 1, id none, request id ")
                .doesNotContain("Something broke.", LocalNeuralBox.apiKey(), "haiku");
    }

    @Test
    void failureInTheMidstHasTheIdOfTheGeneration() {
        service.misbehave(Fault.fail(1, "Something broke."));
        try (NeuralBox neuralBox = client().build()) {
            assertThatThrownBy(() -> neuralBox.generate(REQUEST)).isInstanceOf(NeuralBoxException.class);
        }

        assertThat(log.all())
                .singleElement()
                .asString()
                .contains("GenerationFailedException")
                .doesNotContain("id none, request", "Something broke.");
    }

    @Test
    void readerWhoLeavesIsNotLogged() {
        service.misbehave(Fault.endless());
        try (NeuralBox neuralBox = client().build()) {
            try (GenerationStream stream = neuralBox.stream(REQUEST)) {
                assertThat(stream.iterator().hasNext()).isTrue();
            }
            service.awaitNoOpenStreams(Duration.ofSeconds(10));
        }

        assertThat(log.all()).isEmpty();
    }

    @Test
    void refusalByTheAdmissionIsNotLogged() {
        service.misbehave(Fault.endless());
        try (NeuralBox neuralBox = client().admission(
                                Admission.builder(1).maxQueued(0).build())
                        .build();
                GenerationStream first = neuralBox.stream(REQUEST)) {
            assertThat(first.iterator().hasNext()).isTrue();
            assertThatThrownBy(() -> neuralBox.generate(REQUEST)).isInstanceOf(AdmissionRefusedException.class);
        }

        assertThat(log.all()).isEmpty();
    }

    private NeuralBox.Builder client() {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .retryPolicy(RetryPolicy.none())
                .listener(new FailureLog());
    }
}
