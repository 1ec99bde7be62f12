package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.Generation;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.Polling;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

@ExtendWith(Guide.class)
class GettingStartedPageTest {

    private final NeuralBox neuralBox = NeuralBox.create();
    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @AfterEach
    void close() {
        neuralBox.close();
    }

    @Test
    void firstProgramPrintsTheAnswerAndItsCost(Guide guide) {
        Haiku.main(new String[0]);

        assertThat(guide.printed()).startsWith("Here is a short story").endsWith("\ncost: 3 credits\n");
    }

    @Test
    void conversationIsSentAlong(Guide guide) {
        List<Message> conversation = new ArrayList<>();
        conversation.add(Message.user("Write a haiku"));
        Generation first = neuralBox.generate(GenerationRequest.builder()
                .model("gpt-5")
                .messages(conversation)
                .build());

        conversation.add(Message.assistant(first.text()));
        conversation.add(Message.user("And now about Java"));
        Generation second = neuralBox.generate(GenerationRequest.builder()
                .model("gpt-5")
                .messages(conversation)
                .build());

        assertThat(second.text()).isNotEmpty();
        assertThat(guide.service().requests().get(1).text()).contains("Write a haiku", "assistant", "about Java");
    }

    @Test
    void eventsAreReadOneByOne(Guide guide) {
        GenerationStream stream = neuralBox.stream(request);

        for (GenerationEvent event : stream) {
            if (event instanceof GenerationEvent.Delta delta) {
                System.out.print(delta.text());
            } else if (event instanceof GenerationEvent.End end) {
                System.out.println("credits left: " + end.billing().balanceRemaining());
            }
        }

        assertThat(guide.printed()).contains("Write a haiku").endsWith("credits left: 297\n");
    }

    @Test
    void requestMayHaveAllThatTheServiceTakes(Guide guide) {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .system("You are a poet.")
                .message(Message.user("Write a haiku"))
                .message(Message.assistant("An old silent pond"))
                .message(Message.user("And now about Java"))
                .temperature(0.9)
                .maxTokens(200)
                .build();

        neuralBox.generate(request);
        assertThat(guide.service().requests().get(0).text())
                .contains("\"system\":\"You are a poet.\"", "\"temperature\":0.9", "\"max_tokens\":200");
    }

    @Test
    void pictureIsAwaited(Guide guide) {
        guide.serve(LocalNeuralBox.builder().mediaPolls(1));
        NeuralBox neuralBox = NeuralBox.create();

        GenerationRequest picture = GenerationRequest.builder()
                .model("dall-e-3")
                .prompt("A robot that paints")
                .modelParam("size", "1024x1024")
                .build();
        GenerationAnswer answer = neuralBox.submit(picture);
        if (answer instanceof GenerationAnswer.Pending pending) {
            answer = neuralBox.await(
                    pending,
                    Polling.builder()
                            .total(Duration.ofMinutes(5))
                            .onProgress(still -> System.out.println(still.progress() + " %, ready in " + still.eta()))
                            .build());
        }
        if (answer instanceof GenerationAnswer.Media media) {
            System.out.println(media.url());
        }

        neuralBox.close();
        assertThat(guide.printed()).matches("https://\\S+\n");
        assertThat(guide.service().requestCount()).isEqualTo(2);
    }

    @Test
    void pictureIsSubmittedWithoutBlocking(Guide guide) {
        GenerationRequest picture = GenerationRequest.of("dall-e-3", "A robot that paints");
        CompletableFuture<Void> printed = neuralBox
                .submitAsync(picture)
                .thenAccept(made ->
                        System.out.println(made.id() + " cost " + made.billing().creditsUsed()));

        printed.join();
        assertThat(guide.printed()).matches("gen_\\d+ cost 8\n");
    }

    @Test
    void leavingTheBlockStopsTheGeneration(Guide guide) {
        guide.service().misbehave(Fault.endless());
        // A console that nobody reads any more.
        PrintStream broken = new PrintStream(OutputStream.nullOutputStream()) {
            @Override
            public boolean checkError() {
                return true;
            }
        };
        System.setOut(broken);

        try (GenerationStream stream = neuralBox.stream(request)) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
                if (System.out.checkError()) {
                    break;
                }
            }
        }

        guide.service().awaitDisconnect(Duration.ofSeconds(10));
    }

    @Test
    void cancellingTheFutureStopsTheGeneration(Guide guide) {
        guide.service().misbehave(Fault.endless());

        CompletableFuture<Generation> answer = neuralBox.generateAsync(request);
        answer.cancel(true);

        neuralBox.close();
        assertThat(guide.service().generations(Outcome.COMPLETED)).isZero();
    }
}
