package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README shows is what the compiler has read. */
class ReadmeExamplesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    static Stream<String> examples() throws IOException {
        return JAVA.matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map((MatchResult block) -> block.group(1));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void exampleIsCompiled(String example) throws IOException {
        Path source = Path.of("src/main/java/top/neuralbox/examples/ReadmeExamples.java");
        assertThat(squeezed(Files.readString(source))).contains(squeezed(example));
    }

    /** Where a line is broken is the formatter's affair. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
