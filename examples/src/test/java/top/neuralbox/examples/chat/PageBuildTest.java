package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageBuildTest {

    @Test
    void withoutNodeItSaysSoInOneSentence(@TempDir Path module) throws Exception {
        Files.createDirectories(module.resolve("src/main/frontend"));

        assertThatThrownBy(() -> new PageBuild(module, "no-such-node", System.out).build())
                .isInstanceOf(PageBuild.PageBuildException.class)
                .hasMessage(
                        "The chat page is built with Node.js 20.19 or newer and its npm, and there is none on the PATH.");
    }

    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its stand-in for Node is a shell script")
    @ParameterizedTest
    @ValueSource(strings = {"v18.20.4", "v20.9.0", "v20.18.3"})
    void nodeThatIsTooOldIsNamed(String version, @TempDir Path module) throws Exception {
        Files.createDirectories(module.resolve("src/main/frontend"));
        Path node = Files.writeString(module.resolve("node"), "#!/bin/sh\necho " + version + "\n");
        assertThat(node.toFile().setExecutable(true)).isTrue();

        assertThatThrownBy(() -> new PageBuild(module, node.toString(), System.out).build())
                .isInstanceOf(PageBuild.PageBuildException.class)
                .hasMessageEndingWith("and the one on the PATH is " + version + ".");
    }
}
