package top.neuralbox.metrics;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The programs of the Prometheus distribution, where this machine has them. */
final class Programs {

    /** With this variable set, as in CI, a missing program fails the tests that need it instead of skipping them. */
    private static final boolean REQUIRED = System.getenv("NEURALBOX_REQUIRE_PROMETHEUS") != null;

    /** What a program that ran to its end left behind. */
    record Result(int status, String output) {}

    private Programs() {}

    static void assumePresent() {
        boolean present = Stream.of("prometheus", "promtool").allMatch(Programs::isOnPath);
        if (REQUIRED && !present) {
            throw new AssertionError("prometheus and promtool are not on the PATH");
        }
        Assumptions.assumeTrue(present, "prometheus and promtool are not on the PATH");
    }

    /** Runs promtool and waits for its end. */
    static Result promtool(String input, String... arguments) {
        try {
            Path output = Files.createTempFile("promtool", ".txt");
            List<String> command =
                    Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " took longer than a minute");
            }
            Result result = new Result(process.exitValue(), Files.readString(output));
            Files.delete(output);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
