package top.neuralbox.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.Generation;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NotAStreamException;
import top.neuralbox.Polling;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/**
 * Prints a story piece by piece, as it is generated, and then its cost: {@code ./mvnw -q -Pdemo}. {@code -Dhelp} prints the
 * properties that change it.
 */
public final class Demo {

    private static final String PROMPT = "Write a short story about a robot learning to paint";

    private static final String HELP = """
            ./mvnw -q -Pdemo prints a generation as it arrives, and then its cost. Properties:

              -Dprompt="A haiku"     the prompt; without it, a story about a robot
              -Dmodel=gpt-5-mini     the model; without it, gpt-5. A model of images, video or sound (dall-e-3, veo-3) prints a URL
              -Dtransport=vertx      httpclient or vertx; without it, httpclient
              -Dreplay=FILE          plays a recording; examples/src/main/resources/recordings/story.jsonl is one
              -Dspeed=2              the speed; default 1, 2 is twice as fast, Infinity has no pauses

            If NEURALBOX_API_KEY is set, the service answers, at NEURALBOX_BASE_URL if that is set too, and bills the
            account. If it is not set, a local NeuralBox answers, which costs nothing.

            ./mvnw -q -Pchat shows a chat in the browser, on -Dport=8080; -Dbilling=false hides the cost.
            ./mvnw -q -Plocal serves the local NeuralBox for your own programs, on -Dport=8765.
            """;

    private final Map<String, String> environment;
    private final Properties properties;
    private final PrintStream out;

    Demo(Map<String, String> environment, Properties properties, PrintStream out) {
        this.environment = environment;
        this.properties = properties;
        this.out = out;
    }

    public static void main(String[] args) {
        PrintStream out = utf8(FileDescriptor.out);
        try {
            new Demo(System.getenv(), System.getProperties(), out).run();
        } catch (RuntimeException e) {
            utf8(FileDescriptor.err).println(e.getClass().getSimpleName() + ": " + e.getMessage());
            System.exit(1);
        }
        // Maven, which runs this in its own process, has nothing left to do.
        System.exit(0);
    }

    /** Prints the help or plays a recording if asked to; else asks the real service if there is a key, else a local one. */
    void run() {
        if (properties.getProperty("help") != null) {
            out.print(HELP);
            return;
        }
        String recording = properties.getProperty("replay");
        if (recording != null) {
            replay(Path.of(recording), speed(properties.getProperty("speed", "1")));
            return;
        }
        String key = variable("NEURALBOX_API_KEY");
        String base = variable("NEURALBOX_BASE_URL");
        if (key != null) {
            tell(
                    key,
                    base == null ? null : uri(base),
                    "NEURALBOX_API_KEY is set, so " + (base == null ? "the service" : base)
                            + " answers, and bills the account of this key.");
            return;
        }
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().pace(Duration.ofMillis(40)).start()) {
            tell(
                    LocalNeuralBox.apiKey(),
                    service.uri(),
                    "NEURALBOX_API_KEY is not set, so a local NeuralBox answers on " + service.uri()
                            + (base == null ? "." : ", and NEURALBOX_BASE_URL is not used."));
        }
    }

    /** Blank is as good as not set, as the client has it. */
    private @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private void replay(Path file, double speed) {
        try (ScriptedServer server = ScriptedServer.start()) {
            Recording recording = Recording.read(file);
            server.answerAlways(recording.script(speed));
            tell(
                    LocalNeuralBox.apiKey(),
                    server.uri(),
                    "A recording of " + recording.length().toMillis() + " ms is played again.");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Says who answers once the client has accepted its address: one with a password in it is not printed. */
    private void tell(String key, @Nullable URI base, String whoAnswers) {
        NeuralBox.Builder builder = NeuralBox.builder().apiKey(key);
        if (base != null) {
            builder.baseUri(base);
        }
        GenerationRequest request = GenerationRequest.of(
                properties.getProperty("model", "gpt-5"), properties.getProperty("prompt", PROMPT));
        try (Transport transport = transport(properties.getProperty("transport", "httpclient"));
                NeuralBox neuralBox = builder.transport(transport).build()) {
            out.println(whoAnswers + "\n");
            tell(neuralBox, request);
        }
    }

    private void tell(NeuralBox neuralBox, GenerationRequest request) {
        long sent = System.nanoTime();
        Duration toFirstToken = null;
        try (GenerationStream stream = neuralBox.stream(request)) {
            for (String piece : stream.textDeltas()) {
                if (toFirstToken == null) {
                    toFirstToken = Duration.ofNanos(System.nanoTime() - sent);
                }
                out.print(piece);
                out.flush();
            }
            out.println("\n");
            summarize(stream.result(), toFirstToken);
        } catch (NotAStreamException e) {
            // A model of images, video or sound. It was asked and paid already, so its answer is taken from there.
            summarize(finished(neuralBox, Objects.requireNonNull(e.answer())));
        } catch (RuntimeException e) {
            if (toFirstToken != null) {
                // What went wrong belongs on a line of its own.
                out.println();
            }
            throw e;
        }
    }

    private GenerationAnswer finished(NeuralBox neuralBox, GenerationAnswer answer) {
        if (!(answer instanceof GenerationAnswer.Pending pending)) {
            return answer;
        }
        return neuralBox.await(
                pending,
                Polling.builder()
                        .onProgress(still -> out.println(still.model() + " is at work, " + still.progress() + " %"))
                        .build());
    }

    private void summarize(GenerationAnswer answer) {
        if (answer instanceof GenerationAnswer.Media media) {
            out.println("url                  " + media.url());
        }
        summarize(answer.id(), answer.model(), answer.billing());
    }

    private void summarize(Generation generation, @Nullable Duration toFirstToken) {
        summarize(generation.id(), generation.model(), generation.billing());
        out.println("time to first token  " + (toFirstToken == null ? "none came" : toFirstToken.toMillis() + " ms"));
    }

    private void summarize(@Nullable String id, @Nullable String model, Billing billing) {
        out.println("id                   " + id);
        out.println("model                " + model);
        out.println("credits used         " + plain(billing.creditsUsed()));
        out.println("balance              " + plain(billing.balanceRemaining()));
    }

    private static URI uri(String base) {
        try {
            return new URI(base);
        } catch (URISyntaxException e) {
            // The message of e quotes the value, which may hold a password.
            throw new IllegalArgumentException("the environment variable NEURALBOX_BASE_URL is not a URI");
        }
    }

    private static double speed(String text) {
        try {
            double speed = Double.parseDouble(text);
            if (speed > 0) {
                return speed;
            }
        } catch (NumberFormatException noNumber) {
            // The same answer as for a number that is no speed.
        }
        throw new IllegalArgumentException(
                "speed must be a number above 0, such as 2 for twice as fast, or Infinity: " + text);
    }

    private static Transport transport(String name) {
        return switch (name) {
            case "httpclient" -> HttpClientTransport.create();
            case "vertx" -> VertxTransport.create();
            default -> throw new IllegalArgumentException("transport must be httpclient or vertx: " + name);
        };
    }

    private static String plain(@Nullable BigDecimal credits) {
        return credits == null ? "unknown" : credits.toPlainString();
    }

    /** The console as UTF-8, whatever the platform's default. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
