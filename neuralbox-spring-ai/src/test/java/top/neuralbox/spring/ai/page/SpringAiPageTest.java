package top.neuralbox.spring.ai.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import reactor.core.publisher.Flux;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.spring.ai.Carrier;
import top.neuralbox.spring.ai.NeuralBoxChatMetadata;
import top.neuralbox.spring.ai.NeuralBoxChatModel;
import top.neuralbox.spring.ai.NeuralBoxChatOptions;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The examples of docs/spring-ai.md, in a package of their own: like an application, they need the imports. */
class SpringAiPageTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final LocalNeuralBox service = LocalNeuralBox.builder()
            .deltas(List.of("An", " old", " silent", " pond"))
            .start();
    private final NeuralBox neuralBox = Carrier.HTTPCLIENT.client(service);

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void threeLinesReplaceAnotherProvider() {
        ChatModel model = NeuralBoxChatModel.builder(neuralBox)
                .options(NeuralBoxChatOptions.builder().model("gpt-5").build())
                .build();

        assertThat(model.call("Write a haiku")).isEqualTo("An old silent pond");
    }

    @Test
    void chatClientCallsAndStreams() {
        ChatModel model = model(neuralBox);

        ChatClient chat =
                ChatClient.builder(model).defaultSystem("You are a poet.").build();
        String poem = chat.prompt("Write a haiku").call().content();
        Flux<String> pieces = chat.prompt("Write a haiku").stream().content();

        assertThat(poem).isEqualTo("An old silent pond");
        assertThat(pieces.collectList().block(LONG)).containsExactly("An", " old", " silent", " pond");
        assertThat(service.requests().get(0).text()).contains("You are a poet.");
    }

    @Test
    void takeOfAChatClientStopsThePaidStream() {
        ChatClient chat = ChatClient.create(model(neuralBox));
        service.misbehave(Fault.endless());

        Flux<String> beginning = chat.prompt("Write a haiku").stream().content().take(2);

        beginning.blockLast(LONG);
        service.awaitDisconnect(Duration.ofSeconds(1));
    }

    @Test
    void endpointKeepsTheSpacesOfItsPieces() {
        PoemController controller = new PoemController(ChatClient.builder(model(neuralBox)));

        assertThat(EncodedEvents.of(controller.poem(), PoemController.Piece.class))
                .containsExactly(
                        "{\"text\":\"An\"}", "{\"text\":\" old\"}", "{\"text\":\" silent\"}", "{\"text\":\" pond\"}");
    }

    /** If Spring ever writes a space of its own, the page's warning is out of date. */
    @Test
    void endpointOfTextsLosesTheirSpaces() {
        Flux<String> pieces = ChatClient.create(model(neuralBox)).prompt("Write a haiku").stream()
                .content();

        assertThat(EncodedEvents.of(pieces, String.class)).containsExactly("An", "old", "silent", "pond");
    }

    @Test
    void memoryRemembersTheConversation() {
        ChatModel model = model(neuralBox);

        ChatMemory memory = MessageWindowChatMemory.builder().maxMessages(20).build();
        ChatClient chat = ChatClient.builder(model)
                .defaultAdvisors(MessageChatMemoryAdvisor.builder(memory).build())
                .build();
        chat.prompt("Write a haiku")
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "ada"))
                .call()
                .content();

        chat
                .prompt("And now about Java")
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "ada"))
                .stream()
                .content()
                .blockLast(LONG);
        assertThat(service.requests().get(1).text())
                .containsSubsequence("Write a haiku", "An old silent pond", "And now about Java");
    }

    @Test
    void answerIsAnEntity() {
        try (LocalNeuralBox librarian = LocalNeuralBox.builder()
                .deltas(List.of("{\"title\": \"The Old Pond\",", " \"lines\": 3}"))
                .start()) {
            ChatClient chat = ChatClient.create(model(Carrier.HTTPCLIENT.client(librarian)));

            record Poem(String title, int lines) {}

            Poem poem = chat.prompt("Which haiku is the best known?").call().entity(Poem.class);

            assertThat(poem).isEqualTo(new Poem("The Old Pond", 3));
        }
    }

    @Test
    void promptTellsTheTenantAndTheAnswerItsBill() {
        ChatModel model = model(neuralBox);

        ChatResponse response = model.call(new Prompt(
                "Write a haiku",
                NeuralBoxChatOptions.builder()
                        .tenant("acme")
                        .estimatedCredits(BigDecimal.TEN)
                        .maxTokens(200)
                        .build()));
        NeuralBoxChatMetadata told = NeuralBoxChatMetadata.of(response);
        BigDecimal cost = told.billing().creditsUsed();
        BigDecimal left = told.billing().balanceRemaining();

        assertThat(cost).isEqualByComparingTo("3");
        assertThat(left).isEqualByComparingTo("297");
    }

    @Test
    void errorTellsTheChargeAndTheTextSoFar() {
        ChatModel model = model(neuralBox);
        StringBuilder shown = new StringBuilder();
        service.misbehave(Fault.withoutEnd());

        try {
            model.call("Write a haiku");
        } catch (TransientAiException e) {
            shown.append("nothing was charged, it may be sent again");
        } catch (NonTransientAiException e) {
            if (e.getCause() instanceof NeuralBoxException cause) {
                shown.append(cause.partial().text()).append(" […] ").append(cause.billingState());
            }
        }

        assertThat(shown).hasToString("An old silent pond […] UNKNOWN");
    }

    @Test
    void registryObservesTheCalls() {
        TestObservationRegistry registry = TestObservationRegistry.create();

        ChatModel model = NeuralBoxChatModel.builder(neuralBox)
                .options(NeuralBoxChatOptions.builder().model("gpt-5").build())
                .observationRegistry(registry)
                .build();

        model.call("Write a haiku");
        TestObservationRegistryAssert.assertThat(registry).hasObservationWithNameEqualTo("gen_ai.client.operation");
    }

    private static ChatModel model(NeuralBox neuralBox) {
        return NeuralBoxChatModel.builder(neuralBox)
                .options(NeuralBoxChatOptions.builder().model("gpt-5").build())
                .build();
    }
}
