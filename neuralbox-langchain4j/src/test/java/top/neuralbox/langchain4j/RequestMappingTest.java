package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;

/** What becomes of a request of LangChain4j: a request of NeuralBox, or a refusal. */
class RequestMappingTest {

    private static final ToolExecutionRequest TOOL_CALL = ToolExecutionRequest.builder()
            .id("1")
            .name("weather")
            .arguments("{}")
            .build();

    static Stream<Arguments> unsupportedParameters() {
        ToolSpecification tool = ToolSpecification.builder().name("weather").build();
        return Stream.of(
                arguments("topP", ChatRequestParameters.builder().topP(0.5).build()),
                arguments("topK", ChatRequestParameters.builder().topK(5).build()),
                arguments(
                        "frequencyPenalty",
                        ChatRequestParameters.builder().frequencyPenalty(0.5).build()),
                arguments(
                        "presencePenalty",
                        ChatRequestParameters.builder().presencePenalty(0.5).build()),
                arguments(
                        "stopSequences",
                        ChatRequestParameters.builder().stopSequences("end").build()),
                arguments(
                        "toolSpecifications",
                        ChatRequestParameters.builder().toolSpecifications(tool).build()),
                arguments(
                        "ToolChoice.REQUIRED",
                        ChatRequestParameters.builder()
                                .toolChoice(ToolChoice.REQUIRED)
                                .build()),
                arguments(
                        "JSON response format",
                        ChatRequestParameters.builder()
                                .responseFormat(ResponseFormat.JSON)
                                .build()));
    }

    static Stream<Arguments> unsupportedMessages() {
        return Stream.of(
                arguments("image", UserMessage.from(ImageContent.from("https://example.com/cat.png"))),
                arguments("audio", UserMessage.from(AudioContent.from("https://example.com/cat.mp3"))),
                arguments("video", UserMessage.from(VideoContent.from("https://example.com/cat.mp4"))),
                arguments("pdf", UserMessage.from(PdfFileContent.from("https://example.com/cat.pdf"))),
                arguments("name of a user", UserMessage.from("Ada", "hello")),
                arguments("tool execution requests", AiMessage.from(TOOL_CALL)),
                arguments("answer with images", answerWithAnImage()),
                arguments("tool_execution_result", ToolExecutionResultMessage.from(TOOL_CALL, "sunny")),
                arguments("custom", CustomMessage.from(Map.of("a", "b"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupportedParameters")
    void parameterThatTheServiceDoesNotHaveIsRefusedByName(String name, ChatRequestParameters parameters) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(parameters)
                .build();

        assertThatThrownBy(() -> RequestMapping.request(request))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupportedMessages")
    void messageThatTheServiceDoesNotTakeIsRefusedByItsKind(String kind, ChatMessage message) {
        ChatRequest request =
                ChatRequest.builder().messages(message).modelName("gpt-5").build();

        assertThatThrownBy(() -> RequestMapping.request(request))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(kind);
    }

    @Test
    void whatAsksForNothingIsNotRefused() {
        ChatRequestParameters parameters = ChatRequestParameters.builder()
                .modelName("gpt-5")
                .stopSequences(List.of())
                .toolSpecifications(List.of())
                .toolChoice(ToolChoice.AUTO)
                .responseFormat(ResponseFormat.TEXT)
                .build();

        assertThat(map(parameters).model()).isEqualTo("gpt-5");
    }

    @Test
    void conversationKeepsItsOrderAndRoles() {
        ChatRequest request = ChatRequest.builder()
                .messages(
                        SystemMessage.from("You are a poet."),
                        UserMessage.from("Write a haiku"),
                        AiMessage.from("An old silent pond"),
                        UserMessage.from(TextContent.from("And now"), TextContent.from("about Java")))
                .modelName("gpt-5")
                .build();

        assertThat(RequestMapping.request(request).messages())
                .containsExactly(
                        Message.system("You are a poet."),
                        Message.user("Write a haiku"),
                        Message.assistant("An old silent pond"),
                        Message.user("And now\nabout Java"));
    }

    @Test
    void commonParametersAreMapped() {
        GenerationRequest request = map(ChatRequestParameters.builder()
                .modelName("gpt-5")
                .temperature(0.9)
                .maxOutputTokens(200)
                .build());

        assertThat(request.model()).isEqualTo("gpt-5");
        assertThat(request.temperature()).isEqualTo(0.9);
        assertThat(request.maxTokens()).isEqualTo(200);
    }

    @Test
    void parametersOfOurOwnAreMapped() {
        GenerationRequest request = map(NeuralBoxChatRequestParameters.builder()
                .assistantId("poet")
                .tenant("acme")
                .estimatedCredits(BigDecimal.TEN)
                .bodyField("seed", 42)
                .build());

        assertThat(request.assistantId()).isEqualTo("poet");
        assertThat(request.model()).isNull();
        assertThat(request.tenant()).isEqualTo("acme");
        assertThat(request.estimatedCredits()).isEqualByComparingTo("10");
        assertThat(request.bodyFields().get("seed")).hasToString("42");
    }

    @Test
    void requestWithoutModelAndAssistantIsAnIllegalArgument() {
        assertThatThrownBy(() -> map(ChatRequestParameters.builder().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model");
    }

    private static GenerationRequest map(ChatRequestParameters parameters) {
        return RequestMapping.request(ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(parameters)
                .build());
    }

    private static AiMessage answerWithAnImage() {
        Image image = Image.builder().url("https://example.com/cat.png").build();
        return AiMessage.builder()
                .text("a cat")
                .attributes(Map.of(AiMessage.GENERATED_IMAGES_KEY, List.of(image)))
                .build();
    }
}
