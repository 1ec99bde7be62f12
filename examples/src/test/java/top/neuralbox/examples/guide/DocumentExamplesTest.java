package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents show is what the compiler has read and a test has run. */
class DocumentExamplesTest {

    private static final Path EXAMPLES = Document.ROOT.resolve("examples");
    private static final Pattern CLASS = Pattern.compile("\\bclass (\\w+)");

    /** Those of the metrics are held by a test of their own module. */
    static Stream<Document.Example> examples() throws IOException {
        return Document.all().stream()
                .filter(document -> !document.toString().startsWith("docs/metrics"))
                .flatMap(Document::examples);
    }

    static Stream<Document.Example> examplesOfPagesWithATest() throws IOException {
        return examples()
                .filter(example ->
                        Files.isDirectory(moduleOf(example.document())) || Files.exists(testOf(example.document())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void exampleIsCompiled(Document.Example example) throws IOException {
        boolean compiled = sources(example.document()).anyMatch(source -> has(source, example));

        assertThat(compiled).as(example.code()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examplesOfPagesWithATest")
    void exampleIsRun(Document.Example example) {
        String test = Document.read(testOf(example.document()));
        Matcher declared = CLASS.matcher(example.code());
        if (declared.find()) {
            // A class stands in a file of its own, and is a test or run by that of the page.
            assertThat(declared.group(1).endsWith("Test")
                            || test.contains(declared.group(1) + ".")
                            || test.contains("new " + declared.group(1)))
                    .as(example.code())
                    .isTrue();
        } else {
            boolean run = bodiesOfTests(test).anyMatch(body -> body.contains(example.squeezed()));

            assertThat(run).as(example.code()).isTrue();
        }
    }

    private static boolean has(String source, Document.Example example) {
        return Document.squeezed(source).contains(example.squeezed())
                && example.imports().stream().allMatch(source::contains);
    }

    /** In the module that the page is named after, beneath its package in {@code page}, or in the examples. */
    private static Path testOf(Document page) {
        Path module = moduleOf(page);
        if (!Files.isDirectory(module)) {
            return EXAMPLES.resolve("src/test/java/top/neuralbox/examples/guide/" + page.testName() + ".java");
        }
        Path folder = Path.of("top/neuralbox", page.name().replace('-', '/'), "page");
        Path kotlin = module.resolve("test/kotlin").resolve(folder).resolve(page.testName() + ".kt");
        return Files.exists(kotlin)
                ? kotlin
                : module.resolve("test/java").resolve(folder).resolve(page.testName() + ".java");
    }

    /** The sources of the module with the page's name, if there is one: {@code langchain4j.md} is about {@code neuralbox-langchain4j}. */
    private static Path moduleOf(Document page) {
        return Document.ROOT.resolve("neuralbox-" + page.name()).resolve("src");
    }

    /** From each {@code @Test} to the brace that closes its method, which the formatter puts at one level. */
    private static Stream<String> bodiesOfTests(String source) {
        return Arrays.stream(source.split("@Test\n"))
                .skip(1)
                .map(rest -> Document.squeezed(rest.substring(0, rest.indexOf("\n    }\n"))));
    }

    /** Those of the examples, and of the module whose page it is. */
    private static Stream<String> sources(Document document) throws IOException {
        List<Path> files = new ArrayList<>(sourceFiles(EXAMPLES));
        for (Path module : List.of(document.path().resolveSibling("src"), moduleOf(document))) {
            if (Files.isDirectory(module)) {
                files.addAll(sourceFiles(module));
            }
        }
        return files.stream().map(Document::read);
    }

    private static List<Path> sourceFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(java|kt)"))
                    .toList();
        }
    }
}
