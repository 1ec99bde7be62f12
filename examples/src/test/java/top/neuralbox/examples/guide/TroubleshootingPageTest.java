package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who searches the page for a message has to find it: what it quotes is what the code says. */
class TroubleshootingPageTest {

    private static final Path PAGE = Document.ROOT.resolve("docs/troubleshooting.md");
    private static final Pattern BOLD = Pattern.compile("\\*\\*(.*?)\\*\\*", Pattern.DOTALL);
    private static final Pattern QUOTE = Pattern.compile("`([^`]*\\s[^`]*)`|[\"“]([^\"”]*\\s[^\"”]*)[\"”]");
    private static final List<String> MODULES =
            List.of("neuralbox-core", "neuralbox-transport-httpclient", "neuralbox-transport-vertx");

    static Stream<String> quotes() {
        return BOLD.matcher(Document.read(PAGE))
                .results()
                .flatMap(bold -> QUOTE.matcher(bold.group(1)).results())
                .map(quote -> quote.group(1) != null ? quote.group(1) : quote.group(2))
                .flatMap(quote -> Stream.of(quote.split("…")))
                .map(part -> part.replaceAll("\\s+", " ").strip())
                .filter(part -> part.length() > 2);
    }

    @ParameterizedTest
    @MethodSource("quotes")
    void messageIsTheCodes(String quote) throws IOException {
        assertThat(literals().contains(quote)).as(quote).isTrue();
    }

    /** The sources with their literals joined, as the compiler joins them; the names of constants are left out. */
    private static String literals() throws IOException {
        StringBuilder joined = new StringBuilder();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Document.ROOT.resolve(module + "/src/main/java"))) {
                joined.append(files.filter(file -> file.toString().endsWith(".java"))
                        .map(Document::read)
                        .collect(Collectors.joining("\n")));
            }
        }
        return joined.toString()
                .replace("\" + KEY_VARIABLE", "NEURALBOX_API_KEY\"")
                .replaceAll("\"\\s*\\+\\s*\"", "");
    }
}
