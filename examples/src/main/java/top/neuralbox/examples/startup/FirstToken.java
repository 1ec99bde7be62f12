package top.neuralbox.examples.startup;

import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;

/** A process that is as short as can be: it waits for the first token, and says how long that took. */
final class FirstToken {

    private FirstToken() {}

    /** Takes the service's URI, a key, and whether to warm up. */
    public static void main(String[] args) {
        Instant begin = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        PrintStream out = System.out;
        try (NeuralBox neuralBox =
                NeuralBox.builder().baseUri(URI.create(args[0])).apiKey(args[1]).build()) {
            if (args[2].equals("warm")) {
                var unused = neuralBox.warmUp().join();
            }
            long call = System.nanoTime();
            try (GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
                stream.textDeltas().iterator().next();
                long waited = Duration.ofNanos(System.nanoTime() - call).toMillis();
                out.println(
                        waited + " " + Duration.between(begin, Instant.now()).toMillis());
            }
        }
    }
}
