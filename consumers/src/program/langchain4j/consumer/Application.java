package consumer;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.math.BigDecimal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import top.neuralbox.NeuralBox;
import top.neuralbox.langchain4j.NeuralBoxChatModel;
import top.neuralbox.langchain4j.NeuralBoxChatResponseMetadata;
import top.neuralbox.langchain4j.NeuralBoxStreamingChatModel;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** An application that was written against LangChain4j. */
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
            CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
            streaming.chat("robots", new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(String piece) {
                    System.out.print(piece);
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    answer.complete(response);
                }

                @Override
                public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                }
            });
            ChatResponse response = answer.get(30, TimeUnit.SECONDS);
            System.out.println();
            Story.require(model.chat("robots").equals(response.aiMessage().text()), "another text than the streamed one");
            NeuralBoxChatResponseMetadata metadata = (NeuralBoxChatResponseMetadata) response.metadata();
            Story.require(BigDecimal.valueOf(3).equals(metadata.billing().creditsUsed()), "another price");
        }
    }
}
