package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import top.neuralbox.metrics.page.WiringExamples;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What the page on wiring shows is what the compiler has read, save where it says that it is not. */
class WiringExamplesTest {

    private static final Pattern JAVA = Pattern.compile("(-->\n)?```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IMPORT = Pattern.compile("^import [\\w.]+;$", Pattern.MULTILINE);

    @Test
    void examplesAreCompiled() throws IOException {
        Path source = Path.of("src", "test", "java", "top", "neuralbox", "metrics", "page", "WiringExamples.java");
        String compiled = Files.readString(source);
        String code = squeezed(compiled);
        List<String> examples = JAVA.matcher(Files.readString(Path.of("..", "docs", "metrics", "wiring.md")))
                .results()
                .filter(block -> block.group(1) == null)
                .map(block -> block.group(2))
                .toList();
        assertThat(examples).hasSize(7).allSatisfy(example -> {
            assertThat(code).contains(squeezed(IMPORT.matcher(example).replaceAll("")));
            assertThat(IMPORT.matcher(example).results().map(MatchResult::group))
                    .allSatisfy(line -> assertThat(compiled).contains(line));
        });
    }

    @Test
    void clientForEachTenantLeavesNothingBehind() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        FakeTransport shared = new FakeTransport()
                .answerAlways(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE));
        for (String tenant : List.of("acme", "umbrella")) {
            WiringExamples.clientOfATenant(metrics, tenant, LocalNeuralBox.apiKey(), shared);
        }
        assertThat(shared.requests()).hasSize(2);
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Where a line is broken is the formatter's affair. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
