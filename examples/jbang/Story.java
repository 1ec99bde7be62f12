///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS top.neuralbox:neuralbox-core:0.1.0-SNAPSHOT
//DEPS top.neuralbox:neuralbox-transport-httpclient:0.1.0-SNAPSHOT
//DEPS org.slf4j:slf4j-nop:2.0.18

import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;

/**
 * A program in one file: {@code jbang Story.java "A robot learns to paint"}, with {@code NEURALBOX_API_KEY} set. Without JBang, with
 * the same libraries on the class path: {@code java -cp … Story.java "A robot learns to paint"}.
 */
public final class Story {

    public static void main(String[] args) {
        String prompt = args.length == 0 ? "A robot learns to paint" : String.join(" ", args);
        try (NeuralBox neuralBox = NeuralBox.create();
                GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", prompt))) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
            }
            System.out.println();
            System.out.println("cost: " + stream.result().billing().creditsUsed() + " credits");
        }
    }
}
