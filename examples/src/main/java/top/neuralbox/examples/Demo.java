package top.neuralbox.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/**
 * Tells a story piece by piece, as it is generated, and then what it cost: {@code ./mvnw -q -Pdemo}. With {@code
 * -Dreplay=file} it plays a recording instead, at {@code -Dspeed=2} twice as fast.
 */
public final class Demo {

    private static final String PROMPT = "Write a short story about a robot learning to paint";

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

    /** Plays a recording if there is one; else asks the real service if there is a key, else a local one. */
    void run() {
        String recording = properties.getProperty("replay");
        if (recording != null) {
            replay(Path.of(recording));
            return;
        }
        String key = environment.get("NEURALBOX_API_KEY");
        if (key != null) {
            String base = environment.get("NEURALBOX_BASE_URL");
            tell(key, base == null ? null : URI.create(base));
            return;
        }
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().pace(Duration.ofMillis(40)).start()) {
            out.println("NEURALBOX_API_KEY is not set, so a local NeuralBox answers on " + service.uri() + ".\n");
            tell(LocalNeuralBox.apiKey(), service.uri());
        }
    }

    private void replay(Path file) {
        try (ScriptedServer server = ScriptedServer.start()) {
            Recording recording = Recording.read(file);
            server.answerAlways(recording.script(Double.parseDouble(properties.getProperty("speed", "1"))));
            out.println("A recording of " + recording.length().toMillis() + " ms is played again.\n");
            tell(LocalNeuralBox.apiKey(), server.uri());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void tell(String key, @Nullable URI base) {
        NeuralBox.Builder builder = NeuralBox.builder().apiKey(key);
        if (base != null) {
            builder.baseUri(base);
        }
        GenerationRequest request = GenerationRequest.of(
                properties.getProperty("model", "gpt-5"), properties.getProperty("prompt", PROMPT));
        try (Transport transport = transport(properties.getProperty("transport", "httpclient"));
                NeuralBox neuralBox = builder.transport(transport).build()) {
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
        } catch (RuntimeException e) {
            if (toFirstToken != null) {
                // What went wrong belongs on a line of its own.
                out.println();
            }
            throw e;
        }
    }

    private void summarize(Generation generation, @Nullable Duration toFirstToken) {
        out.println("id                   " + generation.id());
        out.println("model                " + generation.model());
        out.println("credits used         " + plain(generation.billing().creditsUsed()));
        out.println("balance              " + plain(generation.billing().balanceRemaining()));
        out.println("time to first token  " + (toFirstToken == null ? "none came" : toFirstToken.toMillis() + " ms"));
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
