package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.util.JavacTask;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is public has a comment, and doclint finds no fault with any. Only the tags that it would have beside each sentence
 * ({@code @return}, {@code @param}) are written where they say more than the sentence. The contract suites are tests: their
 * names are their sentences.
 */
class JavadocTest {

    private static final Pattern WHERE_THEY_SAY_MORE = Pattern.compile("no @(return|param).*");

    private static final Pattern PUBLIC = Pattern.compile("^public ", Pattern.MULTILINE);
    private static final Pattern SINCE = Pattern.compile("^ \\* @since \\d+\\.\\d+\\.\\d+$", Pattern.MULTILINE);

    /** By which doclint speaks. */
    private static final String DOCLINT = "proc.messager";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "neuralbox-core",
                "neuralbox-transport-httpclient",
                "neuralbox-transport-vertx",
                "neuralbox-metrics",
                "neuralbox-testkit"
            })
    void doclintFindsNoFault(String module) throws IOException {
        Path sources = Document.ROOT.resolve(module + "/src/main/java");
        List<String> faults = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> found : doclint(sources)) {
            String message = found.getMessage(Locale.ROOT);
            boolean ofDoclint = found.getCode().endsWith(DOCLINT)
                    && !WHERE_THEY_SAY_MORE.matcher(message).matches()
                    && isExported(sources, Path.of(found.getSource().toUri()));
            if (ofDoclint || found.getKind() == Diagnostic.Kind.ERROR) {
                faults.add(message + ": "
                        + sources.relativize(Path.of(found.getSource().toUri())) + ", line " + found.getLineNumber());
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "neuralbox-core",
                "neuralbox-transport-httpclient",
                "neuralbox-transport-vertx",
                "neuralbox-metrics",
                "neuralbox-budget-redis",
                "neuralbox-langchain4j",
                "neuralbox-quarkus",
                "neuralbox-spring-ai",
                "neuralbox-spring-boot",
                "neuralbox-testkit",
                "neuralbox-contract"
            })
    void publicTypesTellSinceWhen(String module) throws IOException {
        Path sources = Document.ROOT.resolve(module + "/src/main/java");
        try (Stream<Path> tree = Files.walk(sources)) {
            assertThat(tree.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> isExported(sources, file))
                            .filter(file -> PUBLIC.matcher(Document.read(file)).find())
                            .filter(file -> !SINCE.matcher(Document.read(file)).find()))
                    .isEmpty();
        }
    }

    /** Whether the file's package is part of the API. The others are public for their neighbours alone. */
    private static boolean isExported(Path sources, Path file) {
        Path descriptor = sources.resolve("module-info.java");
        if (Files.notExists(descriptor)) {
            // A jar for the class path alone.
            return true;
        }
        String room = sources.relativize(file.getParent()).toString().replace(File.separatorChar, '.');
        return Document.read(descriptor).contains("exports " + room + ";");
    }

    private static List<Diagnostic<? extends JavaFileObject>> doclint(Path sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(found, Locale.ROOT, null);
                Stream<Path> tree = Files.walk(sources)) {
            List<File> units = tree.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("module-info.java"))
                    .map(Path::toFile)
                    .toList();
            List<String> options = List.of("-Xdoclint:all/protected", "-Xmaxwarns", "10000", "-proc:none");
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, found, options, null, files.getJavaFileObjectsFromFiles(units));
            task.analyze();
        }
        return found.getDiagnostics();
    }
}
