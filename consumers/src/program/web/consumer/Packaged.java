package consumer;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application as it was packaged, in a process of its own. It knows where the service is and has the key, nothing else. */
final class Packaged implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("(?:started on port |Listening on: http://\\S+:)(\\d+)");
    private static final Pattern STOPPING =
            Pattern.compile("Commencing graceful shutdown|Waiting for HTTP requests to complete");

    /** Longer than a stop takes, and shorter than a platform waits before it kills the process. */
    private static final int SECONDS_TO_STOP = 10;

    private final Process process;
    private final BufferedReader log;
    private final int port;
    private final Thread rest;

    private Packaged(Process process) throws IOException {
        this.process = process;
        this.log = process.inputReader(StandardCharsets.UTF_8);
        this.port = Integer.parseInt(awaitLine(LISTENING).group(1));
        this.rest = new Thread(() -> log.lines().forEach(line -> System.out.println("  " + line)));
        rest.setDaemon(true);
    }

    /** @throws IllegalStateException if the application does not start */
    static Packaged start(Path jar, LocalNeuralBox service) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Stream<String> properties = Stream.of(
                "server.address=127.0.0.1",
                "server.port=0",
                "quarkus.http.host=127.0.0.1",
                "quarkus.http.port=0",
                "quarkus.shutdown.timeout=20s",
                "neuralbox.base-uri=" + service.uri());
        List<String> command = Stream.of(
                        Stream.of(java), properties.map(property -> "-D" + property), Stream.of("-jar", jar.toString()))
                .flatMap(part -> part)
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("NEURALBOX_API_KEY", LocalNeuralBox.apiKey());
        Process process = builder.redirectErrorStream(true).start();
        try {
            return new Packaged(process);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** Sends SIGTERM, and waits until the application lets its requests finish. */
    void beginToStop() throws IOException {
        // By its handle: what a process that is destroyed still prints cannot be read any more.
        process.toHandle().destroy();
        awaitLine(STOPPING);
        // Read from now on: a process that cannot print waits.
        rest.start();
    }

    /** @throws IllegalStateException if the application does not end in time */
    void awaitEnd() throws InterruptedException {
        boolean ended = process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS);
        Story.require(ended, "the application did not end within " + SECONDS_TO_STOP + " s");
        rest.join();
    }

    private Matcher awaitLine(Pattern pattern) throws IOException {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            System.out.println("  " + line);
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
        }
        throw new IllegalStateException("the application ended before it said: " + pattern);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
