package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatOptionsTest {

    @Test
    void theyAreReadAsTheyStand() {
        assertThat(ChatOptions.parse("0", "false")).isEqualTo(new ChatOptions(0, false));
        assertThat(ChatOptions.parse("65535", "true")).isEqualTo(new ChatOptions(65_535, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http", "-1", "65536", "8080 "})
    void aPortThatIsNoneIsRefusedInOneSentence(String port) {
        assertThatThrownBy(() -> ChatOptions.parse(port, "true"))
                .hasMessage("-Dport must be a number from 0 to 65535, and is " + port);
    }

    @Test
    void billingIsTrueOrFalse() {
        assertThatThrownBy(() -> ChatOptions.parse("0", "yes"))
                .hasMessage("-Dbilling must be true or false, and is yes");
    }

    @Test
    void theGuideNamesEachOption() throws Exception {
        String guide = Files.readString(Path.of("../docs/browser.md"));

        assertThat(ChatOptions.HELP.lines().map(String::strip).filter(line -> line.startsWith("-D")))
                .hasSize(3)
                .allSatisfy(line -> assertThat(guide).contains("`" + line.split("\\s|=")[0] + "`"));
    }
}
