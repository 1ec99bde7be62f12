package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageBuildTest {

    @Test
    void withoutNodeItSaysSoInOneSentence(@TempDir Path module) throws Exception {
        Files.createDirectories(module.resolve("src/main/frontend"));

        assertThatThrownBy(() -> new PageBuild(module, "no-such-node", System.out).build())
                .isInstanceOf(PageBuild.PageBuildException.class)
                .hasMessage(
                        "The chat page is built with Node.js 20 or newer and its npm, and there is none on the PATH.");
    }
}
