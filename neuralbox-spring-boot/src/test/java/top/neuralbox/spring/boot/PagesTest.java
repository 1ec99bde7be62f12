package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The pages show code that runs here. */
class PagesTest {

    private static final String FENCE = "```java\n";

    @Test
    void chatOfTheBrowserPageRuns() throws IOException {
        assertThat(source("ReactiveApplication"))
                .contains(example("browser", "With WebFlux, `GenerationResponse` writes the stream to the response:"));
    }

    @Test
    void testOfTheTestingPageRuns() throws IOException {
        String example = example("testing", "## In Spring Boot");
        // In the source, the application that is tested follows before the last brace.
        assertThat(source("test/ChatTest")).contains(example.substring(0, example.lastIndexOf('}')));
    }

    private static String source(String type) throws IOException {
        return squeezed(Files.readString(Path.of("src/test/java/top/neuralbox/spring/boot/" + type + ".java")));
    }

    /** The first example after these words. */
    private static String example(String page, String after) throws IOException {
        String text = Files.readString(Path.of("../docs/" + page + ".md"));
        assertThat(text).contains(after);
        String rest = text.substring(text.indexOf(FENCE, text.indexOf(after)) + FENCE.length());
        return squeezed(rest.substring(0, rest.indexOf("```")));
    }

    /** Where a line is broken is the formatter's affair. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
