package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Making a client: what comes from the environment, and what is refused, in the words that a user sees. */
class ClientBuilderTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();

    static Stream<Arguments> nulls() {
        return Stream.of(
                named("apiKey", builder -> builder.apiKey(null)),
                named("supplier", builder -> builder.apiKeySupplier(null)),
                named("supplier", builder -> builder.asyncApiKeySupplier(null)),
                named("baseUri", builder -> builder.baseUri(null)),
                named("name", builder -> builder.header(null, "x")),
                named("value", builder -> builder.header("X-Y", null)),
                named("transport", builder -> builder.transport(null)),
                named("transportConfig", builder -> builder.transportConfig(null)),
                named("timeouts", builder -> builder.timeouts(null)),
                named("retryPolicy", builder -> builder.retryPolicy(null)),
                named("limits", builder -> builder.limits(null)),
                named("listener", builder -> builder.listener(null)),
                named("executor", builder -> builder.executor(null)),
                named("name", builder -> builder.name(null)));
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void nullsAreRefusedByName(String name, Consumer<NeuralBox.Builder> call) {
        assertThatThrownBy(() -> call.accept(NeuralBox.builder()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage(name);
    }

    static Stream<Arguments> illegalSettings() {
        java.time.Duration negative = java.time.Duration.ofNanos(-1);
        return Stream.of(
                illegal("connect must be positive", () -> Timeouts.builder().connect(java.time.Duration.ZERO)),
                illegal(
                        "connect must not be negative: PT-0.000000001S",
                        () -> Timeouts.builder().connect(negative)),
                illegal(
                        "responseHead must not be negative",
                        () -> Timeouts.builder().responseHead(negative)),
                illegal(
                        "firstEvent must not be negative",
                        () -> Timeouts.builder().firstEvent(negative)),
                illegal("idle must not be negative", () -> Timeouts.builder().idle(negative)),
                illegal(
                        "eventIdle must not be negative",
                        () -> Timeouts.builder().eventIdle(negative)),
                illegal("total must not be negative", () -> Timeouts.builder().total(negative)),
                illegal(
                        "maxRetries must not be negative: -1",
                        () -> RetryPolicy.builder().maxRetries(-1)),
                illegal(
                        "firstDelay must not be negative",
                        () -> RetryPolicy.builder().firstDelay(negative)),
                illegal(
                        "maxDelay must not be negative",
                        () -> RetryPolicy.builder().maxDelay(negative)),
                illegal(
                        "maxWait must not be negative",
                        () -> RetryPolicy.builder().maxWait(negative)),
                illegal(
                        "lineBytes must be at least 1: 0",
                        () -> Limits.builder().lineBytes(0)),
                illegal(
                        "eventBytes must be at least 1: 0",
                        () -> Limits.builder().eventBytes(0)),
                illegal(
                        "streamBytes must be at least 1: 0",
                        () -> Limits.builder().streamBytes(0)),
                illegal(
                        "errorBodyBytes must be at least 1: 0",
                        () -> Limits.builder().errorBodyBytes(0)),
                illegal(
                        "answerBytes must be at least 1: 0",
                        () -> Limits.builder().answerBytes(0)),
                illegal(
                        "keptText must be at least 0: -1",
                        () -> Limits.builder().keptText(-1)),
                illegal(
                        "header Authorization is set by the client itself",
                        () -> NeuralBox.builder().header("Authorization", "x")),
                illegal(
                        "header user-agent is set by the client itself",
                        () -> NeuralBox.builder().header("user-agent", "x")),
                illegal("header name is not a token", () -> NeuralBox.builder().header("X Y", "x")),
                illegal(
                        "the value of header X-Y holds a control character",
                        () -> NeuralBox.builder().header("X-Y", "a\nb")));
    }

    @ParameterizedTest
    @MethodSource("illegalSettings")
    void illegalSettingsAreRefusedByName(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    static Stream<Arguments> nullDurations() {
        return Stream.of(
                illegal("connect", () -> Timeouts.builder().connect(null)),
                illegal("responseHead", () -> Timeouts.builder().responseHead(null)),
                illegal("idle", () -> Timeouts.builder().idle(null)),
                illegal("maxWait", () -> RetryPolicy.builder().maxWait(null)));
    }

    @ParameterizedTest
    @MethodSource("nullDurations")
    void nullDurationsAreRefusedByName(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void missingKeyNamesTheVariable(String variable) {
        assertThatThrownBy(
                        () -> environment(Map.of("NEURALBOX_API_KEY", variable)).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no API key: set the environment variable NEURALBOX_API_KEY, or pass one to"
                        + " NeuralBox.builder().apiKey(..)");
    }

    @Test
    void keyAndBaseUriComeFromTheEnvironment() {
        environment(Map.of("NEURALBOX_API_KEY", " nb_env\n", "NEURALBOX_BASE_URL", " https://gateway.example/ai/ "))
                .build()
                .stream(REQUEST)
                .close();
        assertThat(transport.call(0).request.uri()).isEqualTo(URI.create("https://gateway.example/ai/api/v2/generate"));
        assertThat(transport.call(0).request.headers().get("Authorization")).containsExactly("Bearer nb_env");
    }

    @Test
    void serviceItselfIsTheDefault() {
        environment(Map.of("NEURALBOX_API_KEY", "nb_env")).build().stream(REQUEST)
                .close();
        assertThat(transport.call(0).request.uri()).isEqualTo(URI.create("https://neuralbox.top/api/v2/generate"));
    }

    @Test
    void builderComesBeforeTheEnvironment() {
        environment(Map.of("NEURALBOX_API_KEY", "nb_env", "NEURALBOX_BASE_URL", "https://gateway.example"))
                .apiKey("nb_mine")
                .baseUri(URI.create("https://mine.example"))
                .build()
                .stream(REQUEST)
                .close();
        assertThat(transport.call(0).request.uri().getHost()).isEqualTo("mine.example");
        assertThat(transport.call(0).request.headers().get("Authorization")).containsExactly("Bearer nb_mine");
    }

    @Test
    void baseUriOfTheEnvironmentThatIsNoUriIsRefusedWithoutEchoingIt() {
        assertThatThrownBy(() -> environment(
                                Map.of("NEURALBOX_API_KEY", "nb_env", "NEURALBOX_BASE_URL", "https://u:secret@[bad"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the environment variable NEURALBOX_BASE_URL is not a URI")
                .hasNoCause();
    }

    @Test
    void textNamesClientEndpointAndTransport() {
        assertThat(environment(Map.of("NEURALBOX_API_KEY", "nb_env"))
                        .name("chat")
                        .build())
                .hasToString("NeuralBox[chat, https://neuralbox.top/api/v2/generate, stub]");
    }

    private NeuralBox.Builder environment(Map<String, String> variables) {
        return NeuralBox.builder().transport(transport).environment(variables::get);
    }

    private static Arguments named(String name, Consumer<NeuralBox.Builder> call) {
        return Arguments.of(name, call);
    }

    private static Arguments illegal(String message, ThrowingCallable call) {
        return Arguments.of(message, call);
    }
}
