package top.neuralbox.testkit.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalCommandTest {

    private static final Pattern CURL =
            Pattern.compile("curl -N (\\S+) -H 'Authorization: (.*)' -H 'Content-Type: (.*)' -d '(.*)'");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void whatItPrintsToTryIsAnswered() throws IOException {
        try (LocalNeuralBox service = LocalCommand.serve("0", out)) {
            Matcher curl = CURL.matcher(printed.toString(StandardCharsets.UTF_8));
            assertThat(curl.find()).isTrue();
            HttpURLConnection connection = (HttpURLConnection) new URL(curl.group(1)).openConnection();
            connection.setDoOutput(true);
            connection.setRequestProperty("Authorization", curl.group(2));
            connection.setRequestProperty("Content-Type", curl.group(3));
            connection.getOutputStream().write(curl.group(4).getBytes(StandardCharsets.UTF_8));

            String firstLine = new BufferedReader(
                            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            connection.disconnect();
            assertThat(firstLine).startsWith("data: {\"type\": \"generation_start\"");
            assertThat(service.requestCount()).isEqualTo(1);

            service.awaitGenerations(Outcome.DISCONNECTED, 1);
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .endsWith("gen_000000000000 gpt-5 disconnected, 0 credits" + System.lineSeparator());
        }
    }

    @Test
    void helpIsPrintedAndNothingIsStarted() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(LocalCommand.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        "-Dhelp",
                        "-Dport=0",
                        LocalCommand.class.getName())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).startsWith("./mvnw -q -Plocal runs a local NeuralBox");
            assertThat(lines.lines().map(String::strip).filter(line -> line.startsWith("-D")))
                    .extracting(line -> line.replaceFirst("\\s.*", ""))
                    .containsExactly("-Dport=8765", "-Dhelp");
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroy();
        }
    }

    @Test
    void portThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> LocalCommand.serve("http", out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be a number: http");
    }

    @Test
    void portThatIsTakenIsNamed() {
        try (LocalNeuralBox other = LocalNeuralBox.start()) {
            assertThatThrownBy(() -> LocalCommand.serve(Integer.toString(other.port()), out))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(Integer.toString(other.port()));
        }
    }
}
