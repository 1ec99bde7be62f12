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
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.Fault;
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
