package consumer;

import java.math.BigDecimal;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** One story, streamed from the local service, printed piece by piece, and compared with what the service tells. */
public final class Story {

    private Story() {}

    /** A client of the service that is built as the README says, on the transport that it finds. */
    public static NeuralBox.Builder client(LocalNeuralBox service) {
        return NeuralBox.builder().baseUri(service.uri()).apiKey(LocalNeuralBox.apiKey());
    }

    /** @throws IllegalStateException if text or bill are not what they should be */
    public static void stream(NeuralBox neuralBox) {
        StringBuilder text = new StringBuilder();
        try (GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "robots"))) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
                text.append(piece);
            }
            System.out.println();
            require(text.toString().startsWith("Here is a short story for “robots”."), "another text: " + text);
            require(text.toString().equals(stream.result().text()), "the result is not what was streamed");
            require(BigDecimal.valueOf(3).equals(stream.result().billing().creditsUsed()), "another price");
        }
        System.out.println("streamed " + text.length() + " characters");
    }

    /** As {@code assert}, which is switched off by default. */
    public static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
