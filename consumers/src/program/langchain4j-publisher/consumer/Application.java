package consumer;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import top.neuralbox.NeuralBox;
import top.neuralbox.langchain4j.NeuralBoxChatModel;
import top.neuralbox.langchain4j.NeuralBoxChatResponseMetadata;
import top.neuralbox.langchain4j.NeuralBoxStreamingChatModel;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** An application that was written against the publishers and futures of LangChain4j. */
public final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBox neuralBox = Story.client(service).build()) {
            ChatModel model =
                    NeuralBoxChatModel.builder(neuralBox).modelName("gpt-5").build();
            StreamingChatModel streaming = NeuralBoxStreamingChatModel.builder(neuralBox)
                    .modelName("gpt-5")
                    .build();
            ChatRequest request =
                    ChatRequest.builder().messages(UserMessage.from("robots")).build();

            ChatResponse response = model.chatAsync(request).get(30, TimeUnit.SECONDS);
            NeuralBoxChatResponseMetadata metadata = (NeuralBoxChatResponseMetadata) response.metadata();
            Story.require(BigDecimal.valueOf(3).equals(metadata.billing().creditsUsed()), "another price");

            service.misbehave(Fault.endless());
            RecordingSubscriber<ChatModelStreamingEvent> subscriber = RecordingSubscriber.withoutDemand();
            streaming.chat(request).subscribe(subscriber);
            subscriber.request(2);
            Story.require(
                    subscriber.awaitItems(2).stream().allMatch(event -> event instanceof PartialResponse),
                    "other events than pieces");
            subscriber.cancel();
            service.awaitNoOpenStreams(Duration.ofSeconds(10));
            System.out.println("answered, streamed two pieces, and stopped the paid stream");
        }
    }
}
