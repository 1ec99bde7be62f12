package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.tool.function.FunctionToolCallback;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The call that waits for an answer, and what the model refuses. */
class NeuralBoxChatModelTest {

    private final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("Here", " are", " three")).start();
    private final NeuralBoxChatModel model = NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
            .options(ChatOptions.builder().model("gpt-5").build())
            .build();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void answerHasItsTextAndItsBill() {
        ChatResponse response = model.call(new Prompt("hello"));

        NeuralBoxChatMetadata told = NeuralBoxChatMetadata.of(response);
        assertThat(response.getResult().getOutput().getText()).isEqualTo("Here are three");
        assertThat(told.billing().creditsUsed()).isEqualByComparingTo("3");
        assertThat(told.billing().balanceRemaining()).isEqualByComparingTo("297");
        assertThat(told.requestId()).isNotBlank();
        assertThat(told.rateLimits().hourlyLimit()).isPositive();
        assertThat(response.getMetadata().getId()).isNotBlank();
    }

    @Test
    void creditsAreNotToldAsTokensNorAReasonMadeUp() {
        ChatResponse response = model.call(new Prompt("hello"));

        assertThat(response.getMetadata().getUsage()).isInstanceOf(EmptyUsage.class);
        assertThat(response.getResult().getMetadata().getFinishReason()).isNull();
    }

    @Test
    void modelWithOptionsThatTheServiceDoesNotHaveIsNotBuilt() {
        NeuralBoxChatModel.Builder builder = NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
                .options(ChatOptions.builder().topP(0.5).build());

        assertThatThrownBy(builder::build)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("topP");
    }

    @Test
    void toolsOfAChatClientAreRefusedAndNotDropped() {
        ChatClient.ChatClientRequestSpec request = ChatClient.builder(model)
                .build()
                .prompt("How is the weather?")
                .tools(FunctionToolCallback.builder("weather", () -> "sunny").build());

        assertThatThrownBy(() -> request.call().content())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("tools");
        assertThat(service.requestCount()).isZero();
    }

    @Test
    void keyIsInNoTextEvenIfTheServiceEchoesIt() {
        service.misbehave(Fault.refuse(401, "not_authenticated", "no such key: " + LocalNeuralBox.apiKey()));

        Throwable thrown = catchThrowable(() -> model.call("hello"));

        assertThat(thrown).isExactlyInstanceOf(NonTransientAiException.class);
        assertThat(stackTrace(thrown)).contains("no such key").doesNotContain(LocalNeuralBox.apiKey());
        assertThat(model).asString().contains("127.0.0.1").doesNotContain(LocalNeuralBox.apiKey());
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
