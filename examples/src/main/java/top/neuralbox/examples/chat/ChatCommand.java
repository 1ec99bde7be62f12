package top.neuralbox.examples.chat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.BindException;
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
 * Serves a chat in the browser until the process is stopped: {@code ./mvnw -q -Pchat}. {@code -Dhelp} prints its {@linkplain
 * ChatOptions options}.
 */
public final class ChatCommand {

    private static final List<String> MODELS = List.of("gpt-5", "gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-pro");
    private static final int REQUESTS_PER_MINUTE = 30;

    private ChatCommand() {}

    /**
     * Builds the page if need be, serves it, and stays.
     *
     * @param args the folder of this module
     */
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        if (System.getProperty("help") != null) {
            out.println(ChatOptions.HELP);
            return;
        }
        try {
            ChatOptions options =
                    ChatOptions.parse(System.getProperty("port", "8080"), System.getProperty("billing", "true"));
            Path page = new PageBuild(Path.of(args[0]), "node", out).build();
            serve(page, System.getenv(), options, out);
        } catch (RuntimeException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            out.println(
                    cause instanceof BindException
                            ? "The port is in use. Take another one, -Dport=8081, or a free one, -Dport=0."
                            : cause.getMessage());
            System.exit(1);
        }
        // Maven would end the process when this method returns.
        Thread.currentThread().join();
    }

    /** Starts everything; it runs as long as the process. */
    private static void serve(Path page, Map<String, String> environment, ChatOptions options, PrintStream out) {
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
            out.println("NEURALBOX_API_KEY is not set, so a local NeuralBox answers on " + service.uri() + "."
                    + (environment.get("NEURALBOX_BASE_URL") == null ? "" : " NEURALBOX_BASE_URL is not used."));
        } else if (environment.get("NEURALBOX_BASE_URL") != null) {
            builder.baseUri(URI.create(environment.get("NEURALBOX_BASE_URL")));
        }
        VisitorLimit limit = new VisitorLimit(REQUESTS_PER_MINUTE, Duration.ofMinutes(1), System::nanoTime);
        ChatServer.Settings settings =
                new ChatServer.Settings(options.port(), page, MODELS, local, options.billing(), registry::scrape);
        int actual = ChatServer.start(vertx, builder.build(), limit, settings)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        out.println("The chat is on http://127.0.0.1:" + actual + "/ and its meters on http://127.0.0.1:" + actual
                + "/metrics (Ctrl-C stops it).");
    }
}
