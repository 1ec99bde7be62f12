package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The README's picture of the demo shows what the demo prints. {@code -Dpictures=../docs} draws it anew. */
class DemoPictureTest {

    private static final String NAME = "demo.svg";

    /** Characters of a line; longer lines are continued on the next one, as a terminal does. */
    private static final int COLUMNS = 92;

    private static final int LINE = 20;
    private static final int MARGIN = 20;
    private static final int TITLE = 36;
    private static final int WIDTH = 820;

    @Test
    void pictureShowsWhatTheDemoPrints() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        new Demo(Map.of(), new Properties(), new PrintStream(printed, true, StandardCharsets.UTF_8)).run();
        String picture = picture(printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));

        String folder = System.getProperty("pictures");
        if (folder != null) {
            Files.writeString(Path.of(folder).resolve(NAME), picture);
        }

        assertThat(withoutFigures(picture)).isEqualTo(withoutFigures(Files.readString(Path.of("../docs", NAME))));
    }

    /** Without the port and the time, which differ in each run. */
    private static String withoutFigures(String picture) {
        return picture.replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT").replaceAll("\\d+ ms", "N ms");
    }

    private static String picture(String printed) {
        List<String> lines = new ArrayList<>(List.of("$ ./mvnw -q -Pdemo"));
        printed.stripTrailing().lines().forEach(line -> lines.addAll(wrapped(line)));
        int height = TITLE + lines.size() * LINE + MARGIN;
        StringBuilder svg = new StringBuilder();
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
                  <title>The demo prints a story, then its credits, the balance and the time to the first token</title>
                  <rect width="%1$d" height="%2$d" rx="10" fill="#1f2430" />
                  <circle cx="22" cy="19" r="6" fill="#ff6b60" />
                  <circle cx="42" cy="19" r="6" fill="#f5bf4f" />
                  <circle cx="62" cy="19" r="6" fill="#61c554" />
                  <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14"
                    fill="#e6e9ef">
                """.formatted(WIDTH, height));
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isEmpty()) {
                svg.append("    <text x=\"%d\" y=\"%d\" xml:space=\"preserve\"%s>%s</text>\n"
                        .formatted(
                                MARGIN,
                                TITLE + (i + 1) * LINE,
                                line.startsWith("$") ? " fill=\"#9fd98a\"" : "",
                                escaped(line)));
            }
        }
        return svg.append("  </g>\n</svg>\n").toString();
    }

    private static List<String> wrapped(String line) {
        List<String> parts = new ArrayList<>();
        String rest = line;
        while (rest.length() > COLUMNS) {
            int space = rest.lastIndexOf(' ', COLUMNS);
            int end = space < 0 ? COLUMNS : space;
            parts.add(rest.substring(0, end));
            rest = rest.substring(end).strip();
        }
        parts.add(rest);
        return parts;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
