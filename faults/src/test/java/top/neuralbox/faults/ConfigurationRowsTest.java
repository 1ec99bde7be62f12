package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.ApiException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** Rows 68 and 70: values that a caller passes in. They are checked before any transport is used. */
class ConfigurationRowsTest {

    @ParameterizedTest
    @ValueSource(strings = {"\r\nX: y", "\n", "\u0000", "\u00e9"})
    void row68KeyThatAHeaderFieldCannotCarryIsRefusedWithoutEcho(String tail) {
        assertThatThrownBy(() -> NeuralBox.builder().apiKey(FaultRow.KEY + tail))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(error -> assertThat(Traces.of(error)).doesNotContain("canary"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary\r\nX: y", "canary\n", "canary\u0000", "canary\u00e9"})
    void row68HeaderFieldThatIsNotWellFormedIsRefusedWithoutEcho(String value) {
        assertThatThrownBy(() -> NeuralBox.builder().header("X-Team", value))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(error -> assertThat(Traces.of(error)).doesNotContain("canary"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:canary@127.0.0.1",
                "https://127.0.0.1/?canary",
                "https://127.0.0.1/#canary",
                "/canary",
                "ftp://canary"
            })
    void row70BaseUriThatCouldLeadElsewhereIsRefused(String base) {
        assertThatThrownBy(() -> NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .transport(Carrier.HTTPCLIENT_HTTP_1_1.shared())
                        .baseUri(URI.create(base))
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../admin", "//evil.invalid", "gpt-5?x=1#y", "@evil.invalid", "%2f", "a\r\nX-Evil: 1"})
    void row70SlugIsOneSegmentOfTheRequestTarget(String slug) {
        for (Carrier carrier : new Carrier[] {Carrier.HTTPCLIENT_HTTP_1_1, Carrier.VERTX_HTTP_1_1}) {
            try (ScriptedServer server = ScriptedServer.start();
                    NeuralBox client = NeuralBox.builder()
                            .apiKey(FaultRow.KEY)
                            .transport(carrier.shared())
                            .baseUri(server.uri())
                            .build()) {
                server.answer(Script.response(404, "no such model"));

                assertThatThrownBy(() -> client.account().model(slug)).isInstanceOf(ApiException.class);

                assertThat(server.awaitRequest().target()).matches("/api/v2/models/[^/?#@\\s]+");
                assertThat(server.received().get(0).header("X-Evil")).isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../admin", "//evil.invalid", "gpt-5?x=1#y", "@evil.invalid", "%2f", "a\r\nX-Evil: 1"})
    void row70ModelNeverReachesTheRequestTarget(String model) {
        for (Carrier carrier : new Carrier[] {Carrier.HTTPCLIENT_HTTP_1_1, Carrier.VERTX_HTTP_1_1}) {
            try (ScriptedServer server = ScriptedServer.start();
                    NeuralBox client = NeuralBox.builder()
                            .apiKey(FaultRow.KEY)
                            .transport(carrier.shared())
                            .baseUri(server.uri())
                            .build()) {
                server.answer(Script.builder()
                        .eventStream()
                        .chunk(Reply.sse(Reply.START, Reply.DELTA, Reply.END, Reply.DONE))
                        .lastChunk()
                        .build());

                client.generate(GenerationRequest.of(model, "hello"));

                assertThat(server.awaitRequest().target()).isEqualTo("/api/v2/generate");
                assertThat(server.received().get(0).header("X-Evil")).isNull();
            }
        }
    }
}
