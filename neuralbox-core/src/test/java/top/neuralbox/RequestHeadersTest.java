package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;

/** The request as it is handed to the transport. */
class RequestHeadersTest {

    private final StubTransport transport = new StubTransport();

    @Test
    void requestCarriesWhatTheContractAsksFor() {
        client().build().stream(GenerationRequest.of("gpt-5", "hello")).close();
        Map<String, List<String>> headers = transport.call(0).request.headers();
        assertThat(headers.keySet())
                .containsExactlyInAnyOrder("Accept", "Accept-Encoding", "Authorization", "Content-Type", "User-Agent");
        assertThat(headers.get("accept")).containsExactly("text/event-stream");
        assertThat(headers.get("Accept-Encoding")).containsExactly("identity");
        assertThat(headers.get("Authorization")).containsExactly("Bearer nb_test");
        assertThat(headers.get("Content-Type")).containsExactly("application/json");
        assertThat(transport.call(0).request.method()).isEqualTo("POST");
    }

    @Test
    void userAgentNamesLibraryVersionTransportAndJava() {
        client().build().stream(GenerationRequest.of("gpt-5", "hello")).close();
        assertThat(transport.call(0).request.headers().get("User-Agent"))
                .singleElement()
                .asString()
                .matches("neuralbox-java/\\d+\\.\\d+\\.\\d+(-SNAPSHOT)? \\(stub; Java \\d+\\)");
    }

    @Test
    void bodyAsksForAStream() {
        client().build().stream(GenerationRequest.of("gpt-5", "hello")).close();
        assertThat(new String(transport.call(0).request.body(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"model\":\"gpt-5\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":true}");
    }

    @Test
    void requestsOwnHeadersComeBeforeTheClients() {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("hello"))
                .header("x-tenant", "mine")
                .build();
        client().header("X-Tenant", "all").header("X-Region", "eu").build().stream(request)
                .close();
        Map<String, List<String>> headers = transport.call(0).request.headers();
        assertThat(headers.get("X-Tenant")).containsExactly("mine");
        assertThat(headers.get("X-Region")).containsExactly("eu");
    }

    /** Several, because one alone could have its last value by chance, if the order of both spellings were left to a map. */
    @Test
    void fieldThatIsSetTwiceInDifferentCaseIsSentOnceWithItsLastValue() {
        List<String> names = List.of("X-Team", "X-Region", "X-Order", "X-Feature", "X-Stage");
        NeuralBox.Builder builder = client();
        names.forEach(name -> builder.header(name, "a").header(name.toLowerCase(Locale.ROOT), "b"));
        builder.build().stream(GenerationRequest.of("gpt-5", "hello")).close();
        Map<String, List<String>> headers = transport.call(0).request.headers();
        assertThat(names).allSatisfy(name -> assertThat(headers.get(name)).containsExactly("b"));
    }

    @Test
    void fieldOfARequestThatIsSetTwiceInDifferentCaseHasItsLastValue() {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .header("X-Team", "a")
                .header("x-team", "b")
                .build();
        assertThat(request.headers()).isEqualTo(Map.of("x-team", "b"));
    }

    private NeuralBox.Builder client() {
        return transport.client(new ManualDelayer());
    }
}
