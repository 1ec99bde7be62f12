package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page on browsers shows what runs here. */
class BrowserPageTest {

    private static final String FENCE = "```java\n";

    @Test
    void exampleIsTheOneThatRuns() throws IOException {
        String page = Files.readString(Path.of("../../docs/browser.md"));
        String example = page.substring(page.indexOf(FENCE, page.indexOf("## Quarkus")) + FENCE.length());
        String source = Files.readString(Path.of("src/main/java/top/neuralbox/examples/quarkus/ChatResource.java"));

        assertThat(squeezed(source)).contains(squeezed(example.substring(0, example.indexOf("```"))));
    }

    /** Where a line is broken is the formatter's affair. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
