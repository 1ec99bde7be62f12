package top.neuralbox.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A real Prometheus in a process of its own that scrapes its targets twice a second and evaluates our rules. */
final class PrometheusServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final Process process;
    private final Path log;
    private final URI base;
    private final int targets;
    private @Nullable Instant frozen;

    private PrometheusServer(Process process, Path log, URI base, int targets) {
        this.process = process;
        this.log = log;
        this.base = base;
        this.targets = targets;
    }

    /**
     * Starts a server and waits until it has scraped each target.
     *
     * @param folder for its configuration, data and log
     */
    static PrometheusServer start(Path folder, List<String> targets) {
        try {
            Path configuration = folder.resolve("prometheus.yml");
            Files.writeString(configuration, """
                    global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s }
                    rule_files: ["%s"]
                    scrape_configs:
                      - job_name: app
                        static_configs: [{ targets: ["%s"] }]
                    """.formatted(
                    Dashboard.ALL.stream()
                            .map(dashboard -> dashboard.rules().toAbsolutePath().toString())
                            .collect(Collectors.joining("\", \"")),
                    String.join("\", \"", targets)));
            // Prometheus does not tell which port it took, so a free one is looked for; another process may be faster.
            for (int attempt = 1; ; attempt++) {
                PrometheusServer server = launch(folder, configuration, freePort(), targets.size());
                server.await("a first scrape", () -> !server.process.isAlive() || server.hasScraped());
                if (server.process.isAlive()) {
                    return server;
                }
                if (attempt == 3) {
                    throw new AssertionError("Prometheus ended: " + Files.readString(server.log));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The series that a query has now, or at the time when the server was frozen. */
    JsonNode query(String expression) {
        String time = frozen == null ? "" : "&time=" + seconds(frozen);
        return get("query?query=" + encoded(expression) + time).path("data").path("result");
    }

    /** The one number that a query has; NaN if it has no series. */
    double number(String expression) {
        JsonNode result = query(expression);
        return result.isEmpty()
                ? Double.NaN
                : result.get(0).path("value").get(1).asDouble();
    }

    /** The series that a query has over a time. */
    JsonNode range(String expression, Instant from, Instant to, Duration step) {
        return get("query_range?query=" + encoded(expression) + "&start=" + seconds(from) + "&end=" + seconds(to)
                        + "&step=" + step.toMillis() / 1000.0)
                .path("data")
                .path("result");
    }

    /** The rules, with what came of their evaluation. */
    JsonNode rules() {
        return get("rules").path("data").path("groups");
    }

    /** Whether the newest scrape began after this time: it has all that was counted before. */
    boolean hasScrapedSince(Instant time) {
        // Prometheus moves the time of a scrape by up to 2 ms, so that its series compress better.
        double latest = time.plusMillis(3).toEpochMilli() / 1000.0;
        return number("min(timestamp(up))") > latest;
    }

    /** Waits until a condition holds. It is polled: no signal leaves Prometheus. */
    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("no " + what + " within " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /**
     * Waits until a condition holds, and lets every query from now on see that very time: whatever happens later, as a scrape
     * that comes too late on a busy machine, changes no answer.
     */
    void freezeWhen(String what, BooleanSupplier condition) {
        await(what, () -> {
            frozen = Instant.now();
            return condition.getAsBoolean();
        });
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasScraped() {
        try {
            return number("sum(up)") == targets;
        } catch (UncheckedIOException notListeningYet) {
            return false;
        }
    }

    private JsonNode get(String path) {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(base.resolve("/api/v1/" + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode answer = mapper.readTree(response.body());
            if (!answer.path("status").asText().equals("success")) {
                throw new AssertionError(path + ": " + response.body());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static PrometheusServer launch(Path folder, Path configuration, int port, int targets) throws IOException {
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new PrometheusServer(process, log, URI.create("http://127.0.0.1:" + port), targets);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String seconds(Instant time) {
        return String.valueOf(time.toEpochMilli() / 1000.0);
    }
}
