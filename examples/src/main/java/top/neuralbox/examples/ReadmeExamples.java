package top.neuralbox.examples;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;

/** The examples of the README, so that the compiler reads them too. A test holds the two together. */
final class ReadmeExamples {

    private ReadmeExamples() {}

    static String whole(NeuralBox neuralBox) {
        String text = neuralBox
                .generate(GenerationRequest.of("gpt-5", "Write a haiku"))
                .text();
        return text;
    }

    static CompletableFuture<Void> later(NeuralBox neuralBox) {
        return neuralBox
                .generateAsync(GenerationRequest.of("gpt-5", "Write a haiku"))
                .thenAccept(generation -> System.out.println(generation.text()));
    }

    static void onDemand(NeuralBox neuralBox, Flow.Subscriber<GenerationEvent> subscriber) {
        Flow.Publisher<GenerationEvent> events = neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku"));
        events.subscribe(subscriber);
    }

    static void failures(NeuralBox neuralBox, GenerationRequest request) {
        try {
            neuralBox.generate(request);
        } catch (RateLimitException e) {
            System.err.println("come back in " + e.retryAfter());
        } catch (NeuralBoxException e) {
            switch (e.billingState()) {
                case NOT_CHARGED ->
                    System.err.println("nothing was charged, send it again if you like: " + e.getMessage());
                case CHARGED ->
                    System.err.println(
                            "paid, and this much arrived: " + e.partial().text());
                case UNKNOWN ->
                    System.err.println("ask the service about " + e.partial().id() + " before you send it again");
            }
        }
    }
}
