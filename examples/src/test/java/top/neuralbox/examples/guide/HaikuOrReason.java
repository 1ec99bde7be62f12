package top.neuralbox.examples.guide;

import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;

public final class HaikuOrReason {

    public static void main(String[] args) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");
            System.out.println(neuralBox.generate(request).text());
        } catch (RateLimitException e) {
            System.err.println("come back in " + e.retryAfter());
        } catch (NeuralBoxException e) {
            System.err.println(e.getMessage());
            System.err.println("charge: " + e.billingState());
            System.err.println("text so far: " + e.partial().text());
        }
    }
}
