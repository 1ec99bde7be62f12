package top.neuralbox.examples.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocking way of reading, by ten thousand virtual threads. The profile {@code scale} runs it. */
@Tag("scale")
@EnabledForJreRange(min = JRE.JAVA_24, disabledReason = "Waiting for a monitor holds the carrier before Java 24.")
class VirtualThreadsTest {

    private static final int STREAMS = 10_000;

    @ParameterizedTest
    @ValueSource(strings = {"httpclient", "vertx"})
    void tenThousandReadersWaitAtOnceAndNoneHoldsItsCarrier(String transport) throws Exception {
        try (HeldStreams service = HeldStreams.start(STREAMS)) {
            Process client = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-classpath",
                            System.getProperty("java.class.path"),
                            VirtualThreadsClient.class.getName(),
                            service.uri().toString(),
                            transport,
                            String.valueOf(STREAMS))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            List<String> said;
            try (var output = client.inputReader(StandardCharsets.UTF_8)) {
                said = output.lines().toList();
            }

            assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(said).contains("pieces " + 2 * STREAMS, "pinned 0");
            if (Runtime.version().feature() < 26) {
                assertThat(said).as("a recording that sees what is held").doesNotContain("control 0");
            }
        }
    }
}
