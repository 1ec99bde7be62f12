package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.AuthenticationException;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.NeuralBoxExtension;

@ExtendWith(NeuralBoxExtension.class)
class DemoTest {

    private final Properties properties = new Properties();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void tellsTheStoryAndThenWhatItCost(String transport, LocalNeuralBox service) {
        properties.setProperty("transport", transport);
        properties.setProperty("prompt", "The clock");
        demo(service).run();

        assertThat(printed())
                .startsWith("NEURALBOX_API_KEY is set, so " + service.uri()
                        + " answers, and bills the account of this key.\n\n"
                        + "Here is a short story for “The clock”.\n\n")
                .containsPattern("id +gen_000000000000\nmodel +gpt-5\ncredits used +3\nbalance +297\n"
                        + "time to first token +\\d+ ms\n$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void printsEachPieceWhileTheServiceHoldsTheNextBack(String transport, LocalNeuralBox service) throws Exception {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(130, gate), Fault.splitEvery(130));
        properties.setProperty("transport", transport);
        CompletableFuture<Void> firstPiece = new CompletableFuture<>();
        PrintStream watched = new PrintStream(printed, true, StandardCharsets.UTF_8) {
            @Override
            public void print(String text) {
                super.print(text);
                if (text.equals("Here")) {
                    firstPiece.complete(null);
                }
            }
        };
        CompletableFuture<Void> demo =
                CompletableFuture.runAsync(() -> new Demo(key(service), properties, watched).run());
        firstPiece.get(20, TimeUnit.SECONDS);

        assertThat(printed()).endsWith("key.\n\nHere");
        gate.open();
        demo.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void recordingIsPlayedWithoutAskingAnybody(String transport, LocalNeuralBox service) {
        properties.setProperty("transport", transport);
        properties.setProperty("replay", "src/main/resources/recordings/story.jsonl");
        properties.setProperty("speed", "Infinity");
        demo(service).run();

        assertThat(printed())
                .startsWith("A recording of ")
                .contains(" ms is played again.\n\nHere is a short story")
                .containsPattern("credits used +3\nbalance +297\n");
        assertThat(service.requestCount()).isZero();
    }

    @Test
    void recordingThatIsNotThereIsNamed(LocalNeuralBox service) {
        properties.setProperty("replay", "nowhere.jsonl");

        assertThatThrownBy(demo(service)::run).hasMessage("cannot read nowhere.jsonl");
    }

    @Test
    void withoutAKeyALocalServiceAnswersAndTheDemoSaysSo() {
        new Demo(Map.of(), properties, out).run();

        assertThat(printed())
                .startsWith("NEURALBOX_API_KEY is not set, so a local NeuralBox answers on http://127.0.0.1:")
                .contains("Here is a short story");
    }

    @Test
    void baseUrlWithoutAKeyIsNotAskedAndTheDemoSaysSo(LocalNeuralBox service) {
        new Demo(Map.of("NEURALBOX_BASE_URL", service.uri().toString()), properties, out).run();

        assertThat(printed())
                .containsPattern(
                        "^NEURALBOX_API_KEY is not set, so a local NeuralBox answers on http://127\\.0\\.0\\.1:\\d+, and"
                                + " NEURALBOX_BASE_URL is not used\\.\n\n")
                .contains("Here is a short story");
        assertThat(service.requestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://user:secret@127.0.0.1:1", "https://user:secret@ no host"})
    void passwordInTheBaseUrlIsNotPrinted(String base) {
        Map<String, String> environment =
                Map.of("NEURALBOX_API_KEY", LocalNeuralBox.apiKey(), "NEURALBOX_BASE_URL", base);

        assertThatThrownBy(new Demo(environment, properties, out)::run).hasMessageNotContaining("secret");
        assertThat(printed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dall-e-3", "veo-3"})
    void mediaModelPrintsTheUrlOfItsResultAndTheCost(String model, LocalNeuralBox service) {
        properties.setProperty("model", model);
        demo(service).run();

        assertThat(printed())
                .containsPattern("url +https?://\\S+\nid +gen_000000000000\nmodel +" + model + "\ncredits used +\\d+");
    }

    @Test
    void resultThatTakesItsTimeIsWaitedFor() throws Exception {
        try (LocalNeuralBox slow = LocalNeuralBox.builder().mediaPolls(2).start()) {
            properties.setProperty("model", "veo-3");
            demo(slow).run();

            assertThat(printed()).containsPattern("veo-3 is at work, \\d+ %\n").containsPattern("url +https?://\\S+\n");
        }
    }

    @Test
    void helpNamesEveryPropertyAndAsksNobody(LocalNeuralBox service) {
        properties.setProperty("help", "");
        demo(service).run();

        assertThat(printed())
                .contains(
                        "-Dprompt=",
                        "-Dmodel=",
                        "-Dtransport=",
                        "-Dreplay=",
                        "-Dspeed=",
                        "-Pchat",
                        "-Plocal",
                        "-Dport=");
        assertThat(service.requestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "0", "-1", "NaN", ""})
    void speedThatIsNoneIsRefusedWithWhatItShouldBe(String speed, LocalNeuralBox service) {
        properties.setProperty("replay", "src/main/resources/recordings/story.jsonl");
        properties.setProperty("speed", speed);

        assertThatThrownBy(demo(service)::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("speed must be a number above 0, such as 2 for twice as fast, or Infinity: " + speed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void keyThatIsRefusedIsATypedErrorWithoutTheKey(String transport, LocalNeuralBox service) {
        properties.setProperty("transport", transport);
        Map<String, String> environment = Map.of(
                "NEURALBOX_API_KEY",
                "xyz_secret",
                "NEURALBOX_BASE_URL",
                service.uri().toString());

        assertThatThrownBy(new Demo(environment, properties, out)::run)
                .isInstanceOf(AuthenticationException.class)
                .hasMessageNotContaining("xyz_secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void hostThatDoesNotAnswerIsATypedError(String transport, LocalNeuralBox service) {
        properties.setProperty("transport", transport);
        service.close();

        assertThatThrownBy(demo(service)::run).isInstanceOf(ConnectionException.class);
    }

    @Test
    void storyThatFailsEndsItsLineBeforeTheError(LocalNeuralBox service) {
        service.misbehave(Fault.fail(1, "provider down"));

        assertThatThrownBy(demo(service)::run).isInstanceOf(GenerationFailedException.class);
        assertThat(printed()).endsWith("key.\n\nHere\n");
    }

    @Test
    void unknownTransportIsNamed(LocalNeuralBox service) {
        properties.setProperty("transport", "pigeon");

        assertThatThrownBy(demo(service)::run).hasMessage("transport must be httpclient or vertx: pigeon");
    }

    private Demo demo(LocalNeuralBox service) {
        return new Demo(key(service), properties, out);
    }

    private static Map<String, String> key(LocalNeuralBox service) {
        return Map.of(
                "NEURALBOX_API_KEY", LocalNeuralBox.apiKey(),
                "NEURALBOX_BASE_URL", service.uri().toString());
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
