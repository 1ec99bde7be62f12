package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.util.MimeTypeUtils;
import top.neuralbox.GenerationRequest;

/** What becomes of a prompt of Spring AI: a request of NeuralBox, or a refusal. */
class RequestMappingTest {

    private static final NeuralBoxChatOptions DEFAULTS =
            NeuralBoxChatOptions.builder().model("gpt-5").temperature(0.3).build();

    static Stream<Arguments> unsupportedOptions() {
        return Stream.of(
                arguments("topP", ChatOptions.builder().topP(0.5)),
                arguments("topK", ChatOptions.builder().topK(5)),
                arguments("frequencyPenalty", ChatOptions.builder().frequencyPenalty(0.5)),
                arguments("presencePenalty", ChatOptions.builder().presencePenalty(0.5)),
                arguments("stopSequences", ChatOptions.builder().stopSequences(List.of("end"))),
                arguments(
                        "tools",
                        ToolCallingChatOptions.builder()
                                .toolCallbacks(FunctionToolCallback.builder("weather", () -> "sunny")
                                        .build())));
    }

    static Stream<Arguments> unsupportedMessages() {
        return Stream.of(
                arguments(
                        "media",
                        UserMessage.builder()
                                .text("look")
                                .media(new Media(MimeTypeUtils.IMAGE_PNG, URI.create("https://example.com/cat.png")))
                                .build()),
                arguments(
                        "tool calls",
                        AssistantMessage.builder()
                                .toolCalls(List.of(new AssistantMessage.ToolCall("1", "function", "weather", "{}")))
                                .build()),
                arguments(
                        "results of tools",
                        ToolResponseMessage.builder()
                                .responses(List.of(new ToolResponseMessage.ToolResponse("1", "weather", "sunny")))
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupportedOptions")
    void optionThatTheServiceDoesNotHaveIsRefusedByName(String name, ChatOptions.Builder<?> options) {
        Prompt prompt = new Prompt("hello", options.build());

        assertThatThrownBy(() -> map(prompt))
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupportedMessages")
    void messageThatTheServiceDoesNotTakeIsRefusedByItsKind(String kind, Message message) {
        assertThatThrownBy(() -> map(new Prompt(message)))
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(kind);
    }

    @Test
    void whatAsksForNothingIsNotRefused() {
        GenerationRequest request = map(new Prompt(
                "hello",
                ToolCallingChatOptions.builder()
                        .stopSequences(List.of())
                        .toolCallbacks(List.of())
                        .toolContext(Map.of("user", "7"))
                        .build()));

        assertThat(request.model()).isEqualTo("gpt-5");
    }

    @Test
    void conversationKeepsItsOrderAndRoles() {
        GenerationRequest request = map(new Prompt(
                new SystemMessage("You are a poet."),
                new UserMessage("Write a haiku"),
                new AssistantMessage("An old silent pond"),
                new UserMessage("And now about Java")));

        assertThat(request.messages())
                .containsExactly(
                        top.neuralbox.Message.system("You are a poet."),
                        top.neuralbox.Message.user("Write a haiku"),
                        top.neuralbox.Message.assistant("An old silent pond"),
                        top.neuralbox.Message.user("And now about Java"));
    }

    @Test
    void promptWithoutOptionsHasTheDefaults() {
        GenerationRequest request = map(new Prompt("hello"));

        assertThat(request.model()).isEqualTo("gpt-5");
        assertThat(request.temperature()).isEqualTo(0.3);
    }

    @Test
    void optionsOfNoProviderCountBeforeTheDefaults() {
        GenerationRequest request = map(new Prompt(
                "hello",
                ChatOptions.builder().model("gpt-5-mini").maxTokens(200).build()));

        assertThat(request.model()).isEqualTo("gpt-5-mini");
        assertThat(request.maxTokens()).isEqualTo(200);
        assertThat(request.temperature()).isEqualTo(0.3);
    }

    @Test
    void optionsOfNeuralBoxAreMapped() {
        GenerationRequest request = map(new Prompt(
                "hello",
                NeuralBoxChatOptions.builder()
                        .assistantId("42")
                        .tenant("acme")
                        .estimatedCredits(BigDecimal.TEN)
                        .bodyField("seed", 7)
                        .build()));

        assertThat(request.model()).isNull();
        assertThat(request.assistantId()).isEqualTo("42");
        assertThat(request.tenant()).isEqualTo("acme");
        assertThat(request.estimatedCredits()).isEqualByComparingTo("10");
        assertThat(request.bodyFields().get("seed")).hasToString("7");
    }

    private static GenerationRequest map(Prompt prompt) {
        return RequestMapping.request(RequestMapping.complete(prompt, DEFAULTS));
    }
}
