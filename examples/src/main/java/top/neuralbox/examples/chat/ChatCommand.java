package top.neuralbox.examples.chat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.vertx.VertxTransport;

/**
 * Serves a chat in the browser until the process is stopped: {@code ./mvnw -q -Pchat -Dport=8080}. With a real account,
 * {@code -Dbilling=true} shows what an answer cost and what is left.
 */
public final class ChatCommand {

    private static final List<String> MODELS = List.of("gpt-5", "gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-pro");
    private static final String PORT = "8080";
    private static final int REQUESTS_PER_MINUTE = 30;

    private ChatCommand() {}

    /**
     * Builds the page if need be, serves it, and stays.
     *
     * @param args the folder of this module
     */
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            Path page = new PageBuild(Path.of(args[0]), "node").build();
            serve(page, System.getenv(), System.getProperty("port", PORT), Boolean.getBoolean("billing"), out);
        } catch (RuntimeException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            out.println(cause.getMessage());
            System.exit(1);
        }
        // Maven would end the process when this method returns.
        Thread.currentThread().join();
    }

    /** Starts everything; it runs as long as the process. */
    private static void serve(
            Path page, Map<String, String> environment, String port, boolean billing, PrintStream out) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx = Vertx.vertx();
        NeuralBox.Builder builder = NeuralBox.builder()
                .name("chat")
                .transport(VertxTransport.create(vertx, new WebClientOptions()))
                .listener(NeuralBoxMetrics.create(registry));
        boolean local = environment.get("NEURALBOX_API_KEY") == null;
        if (local) {
            LocalNeuralBox service = LocalNeuralBox.builder()
                    .pace(Duration.ofMillis(40))
                    .balance(BigDecimal.valueOf(3_000))
                    .start();
            builder.apiKey(LocalNeuralBox.apiKey()).baseUri(service.uri());
            out.println("NEURALBOX_API_KEY is not set, so a local NeuralBox answers on " + service.uri() + ".");
        } else if (environment.get("NEURALBOX_BASE_URL") != null) {
            builder.baseUri(URI.create(environment.get("NEURALBOX_BASE_URL")));
        }
        VisitorLimit limit = new VisitorLimit(REQUESTS_PER_MINUTE, Duration.ofMinutes(1), System::nanoTime);
        ChatServer.Settings settings =
                new ChatServer.Settings(parse(port), page, MODELS, local, local || billing, registry::scrape);
        int actual = ChatServer.start(vertx, builder.build(), limit, settings)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        out.println("The chat is on http://127.0.0.1:" + actual + "/ and its meters on http://127.0.0.1:" + actual
                + "/metrics (Ctrl-C stops it).");
    }

    private static int parse(String port) {
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port must be a number: " + port, e);
        }
    }
}
