package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The model that waits for an answer, or hands out a future. */
class NeuralBoxChatModelTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("hello")).build();

    private final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("Here", " are", " three")).start();
    private final List<String> heard = new ArrayList<>();
    private NeuralBoxChatModel model;

    @BeforeEach
    void build() {
        model = NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
                .modelName("gpt-5")
                .listeners(List.of(new Hearing()))
                .build();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void answerHasItsBillAndTheFactsOfItsResponse() {
        ChatResponse response = model.chat(REQUEST);

        assertThat(response.aiMessage().text()).isEqualTo("Here are three");
        NeuralBoxChatResponseMetadata metadata = (NeuralBoxChatResponseMetadata) response.metadata();
        assertThat(metadata.billing().creditsUsed()).isEqualByComparingTo("3");
        assertThat(metadata.billing().balanceRemaining()).isEqualByComparingTo("297");
        assertThat(metadata.id()).startsWith("gen_");
        assertThat(metadata.modelName()).isEqualTo("gpt-5");
        assertThat(metadata.rateLimits().hourlyLimit()).isEqualTo(1_000_000);
    }

    @Test
    void creditsAreNotReportedAsTokens() {
        ChatResponse response = model.chat(REQUEST);

        assertThat(response.tokenUsage()).isNull();
        assertThat(response.finishReason()).isNull();
    }

    @Test
    void futureCompletesWithTheAnswer() throws Exception {
        ChatResponse response = model.chatAsync(REQUEST).get(10, TimeUnit.SECONDS);

        assertThat(response.aiMessage().text()).isEqualTo("Here are three");
    }

    @Test
    void cancellingTheFutureStopsThePaidGeneration() {
        service.misbehave(Fault.endless());
        CompletableFuture<ChatResponse> response = model.chatAsync(REQUEST);
        service.awaitOpenStreams(1, Duration.ofSeconds(10));

        response.cancel(true);

        service.awaitDisconnect(Duration.ofSeconds(2));
    }

    @Test
    void truncatedStreamIsAnErrorWithTheTextSoFar() {
        service.misbehave(Fault.withoutEnd());

        assertThatThrownBy(() -> model.chat(REQUEST))
                .isInstanceOf(NonRetriableException.class)
                .cause()
                .isInstanceOfSatisfying(
                        NeuralBoxException.class,
                        broken -> assertThat(broken.partial().text()).isEqualTo("Here are three"));
    }

    @Test
    void refusalFailsTheFutureWithLangChain4jsOwnException() {
        service.misbehave(Fault.refuse(401, "not_authenticated", "no such key"));

        assertThat(model.chatAsync(REQUEST))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(AuthenticationException.class);
    }

    @Test
    void whatTheServiceDoesNotHaveIsRefusedBeforeAnythingIsSent() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .topP(0.5)
                .build();

        assertThatThrownBy(() -> model.chat(request))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("topP");
        assertThat(model.chatAsync(request))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(UnsupportedFeatureException.class);
        assertThat(service.requestCount()).isZero();
    }

    @Test
    void refusalFailsTheFutureAlsoOfThoseWhoCallTheModelDirectly() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .modelName("gpt-5")
                .topP(0.5)
                .build();

        assertThat(model.doChatAsync(request)).isCompletedExceptionally();
    }

    @Test
    void whatADefaultAsksForInVainIsRefusedWhenTheModelIsBuilt() {
        NeuralBoxChatModel.Builder builder = NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
                .defaultRequestParameters(
                        NeuralBoxChatRequestParameters.builder().topP(0.5).build());

        assertThatThrownBy(builder::build)
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("topP");
    }

    @Test
    void listenersHearTheRequestAndTheResponse() {
        model.chat(REQUEST);

        assertThat(heard).containsExactly("request gpt-5", "response Here are three");
    }

    @Test
    void listenersHearTheRequestAndTheError() {
        service.misbehave(Fault.refuse(401, "not_authenticated", "no such key"));

        assertThatThrownBy(() -> model.chat(REQUEST)).isInstanceOf(AuthenticationException.class);

        assertThat(heard).containsExactly("request gpt-5", "error AuthenticationException");
    }

    private final class Hearing implements ChatModelListener {

        @Override
        public void onRequest(ChatModelRequestContext context) {
            heard.add("request " + context.chatRequest().modelName());
        }

        @Override
        public void onResponse(ChatModelResponseContext context) {
            heard.add("response " + context.chatResponse().aiMessage().text());
        }

        @Override
        public void onError(ChatModelErrorContext context) {
            heard.add("error " + context.error().getClass().getSimpleName());
        }
    }
}
