package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the documents name only tests that exist, and that each row has a test. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\| .* \\| .*`\\w+#\\w+`.* \\| .+ \\|$");
    private static final int ROWS = 99;
    private static final Pattern HOST_ROW = Pattern.compile("(?m)^\\| H(\\d+) \\| .* \\| .*`\\w+#\\w+`.* \\|$");
    private static final int HOST_ROWS = 28;

    @ParameterizedTest
    @ValueSource(strings = {"SECURITY.md", "docs/faults.md"})
    void everyTestThatIsNamedIsThere(String document) throws IOException {
        List<Path> sources = sources();
        Matcher named = TEST.matcher(Files.readString(ROOT.resolve(document)));
        Set<String> missing = new TreeSet<>();
        int count = 0;
        while (named.find()) {
            count++;
            if (!isThere(sources, named.group(1), named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isPositive();
    }

    @Test
    void everyRowNamesItsTests() throws IOException {
        Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/faults.md")));
        Set<Integer> seen = new TreeSet<>();
        while (row.find()) {
            seen.add(Integer.valueOf(row.group(1)));
        }
        assertThat(seen)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, ROWS).boxed().toList());
    }

    @Test
    void everyRowOfTheHostNamesItsTests() throws IOException {
        Matcher row = HOST_ROW.matcher(Files.readString(ROOT.resolve("docs/faults.md")));
        Set<Integer> seen = new TreeSet<>();
        while (row.find()) {
            seen.add(Integer.valueOf(row.group(1)));
        }
        assertThat(seen)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, HOST_ROWS).boxed().toList());
    }

    private static boolean isThere(List<Path> sources, String type, String method) throws IOException {
        for (Path source : sources) {
            String text = source.endsWith(type + ".java") ? Files.readString(source) : "";
            if (text.contains("void " + method + "(") || text.contains("Stream<DynamicTest> " + method + "(")) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
