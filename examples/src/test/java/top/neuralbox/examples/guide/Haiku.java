package top.neuralbox.examples.guide;

import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;

public final class Haiku {

    public static void main(String[] args) {
        try (NeuralBox neuralBox = NeuralBox.create();
                GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
            }
            System.out.println();
            System.out.println("cost: " + stream.result().billing().creditsUsed() + " credits");
        }
    }
}
