package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.NeuralBoxExtension;

/** The program in one file, run by {@code java} as it stands, with the libraries alone that its {@code //DEPS} lines bring. */
@ExtendWith(NeuralBoxExtension.class)
class StoryFileTest {

    private static final Path FILE = Path.of("jbang", "Story.java");

    @Test
    void runsAsPlainJavaWithWhatItsDependencyLinesBring(LocalNeuralBox service) throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dfile.encoding=UTF-8",
                        "-Dstdout.encoding=UTF-8",
                        "-cp",
                        classPath(),
                        FILE.toString(),
                        "The clock")
                .redirectErrorStream(true);
        java.environment().put("NEURALBOX_API_KEY", LocalNeuralBox.apiKey());
        java.environment().put("NEURALBOX_BASE_URL", service.uri().toString());
        Process process = java.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(printed)
                .startsWith("Here is a short story for “The clock”.")
                .containsPattern("\\ncost: 3 credits\\R$");
    }

    @Test
    void asksForTheVersionThatIsBuiltHere() throws Exception {
        String pom = Files.readString(Path.of("..", "pom.xml"));
        String version = first(pom, "<version>(.*?)</version>");

        assertThat(dependencies())
                .filteredOn(dependency -> dependency.startsWith("top.neuralbox:"))
                .isNotEmpty()
                .allMatch(dependency -> dependency.endsWith(":" + version));
    }

    private static List<String> dependencies() throws Exception {
        return Pattern.compile("(?m)^//DEPS (\\S+)$")
                .matcher(Files.readString(FILE))
                .results()
                .map(line -> line.group(1))
                .toList();
    }

    /** Of this test's own class path, the dependencies named and theirs, which a consumer of the same two modules lists. */
    private static String classPath() throws Exception {
        Stream<String> named =
                dependencies().stream().map(dependency -> dependency.split(":")[1]);
        Stream<String> theirs =
                Files.readAllLines(Path.of("..", "consumers", "src", "it", "plain-httpclient", "class-path.txt"))
                        .stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.replaceFirst("-[0-9].*", ""));
        List<String> artifacts = Stream.concat(named, theirs).toList();
        return String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> artifacts.contains(artifact(Path.of(entry))))
                        .toList());
    }

    /** A jar's name without its version; the module's folder for what the build has compiled just now. */
    private static String artifact(Path entry) {
        return entry.endsWith(Path.of("target", "classes"))
                ? entry.getParent().getParent().getFileName().toString()
                : entry.getFileName().toString().replaceFirst("-[0-9].*", "");
    }

    private static String first(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .map((MatchResult match) -> match.group(1))
                .orElseThrow();
    }
}
