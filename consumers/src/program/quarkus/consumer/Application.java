package consumer;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Starts the application of Quarkus that was built, reads a piece of a generation, and stops it while the service rests. */
public final class Application {

    private static final Pattern LISTENING = Pattern.compile("Listening on: (http://\\S+)");

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dquarkus.http.host=127.0.0.1",
                    "-Dquarkus.http.port=0",
                    "-Dquarkus.shutdown.timeout=20s",
                    "-Dneuralbox.base-uri=" + service.uri(),
                    "-jar",
                    Path.of(System.getProperty("consumer.basedir"), "target/quarkus-app/quarkus-run.jar")
                            .toString());
            builder.environment().put("NEURALBOX_API_KEY", LocalNeuralBox.apiKey());
            Process application = builder.redirectErrorStream(true).start();
            try {
                stopWhileItStreams(service, application);
            } finally {
                application.destroyForcibly();
            }
        }
    }

    private static void stopWhileItStreams(LocalNeuralBox service, Process application) throws Exception {
        BufferedReader log = application.inputReader(StandardCharsets.UTF_8);
        URI page = URI.create(address(log) + "/chat");
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(200, gate));
        HttpResponse<InputStream> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader events =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            while (!events.readLine().contains("content_delta")) {
                // The first piece is here while the service withholds the rest.
            }
            // By its handle: a process that is destroyed cannot be read any more.
            application.toHandle().destroy();
            awaitLine(log, "Waiting for HTTP requests to complete");
            gate.open();
            Story.require(
                    events.lines().reduce("", (before, line) -> before + line).endsWith("[DONE]"),
                    "the stream was cut");
        }
        awaitLine(log, "stopped in");
        Story.require(application.waitFor(10, TimeUnit.SECONDS), "the application did not end");
        System.out.println("stopped, and the stream is whole");
    }

    private static String address(BufferedReader log) throws Exception {
        Matcher address = LISTENING.matcher(awaitLine(log, "Listening on"));
        Story.require(address.find(), "no address");
        return address.group(1);
    }

    private static String awaitLine(BufferedReader log, String text) throws Exception {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            System.out.println("  " + line);
            if (line.contains(text)) {
                return line;
            }
        }
        throw new IllegalStateException("the application ended before it said: " + text);
    }
}
