package top.neuralbox.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One Markdown file of the project, read for its examples, its links and its headings. */
record Document(Path path, String text) {

    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final Set<String> NO_DOCUMENTS = Set.of("target", "node_modules", "src", "dist");
    private static final Pattern FENCE = Pattern.compile("^```.*?^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern EXAMPLE = Pattern.compile(
            "(not compiled here -->\n)?^```(?:java|kotlin)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern IMPORT = Pattern.compile("^import [\\w. *]+;?$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?) *$", Pattern.MULTILINE);

    /** An example in Java or Kotlin, as it is printed. */
    record Example(Document document, int line, String code) {

        /** The code below the imports, without what the formatter decides. */
        String squeezed() {
            return Document.squeezed(IMPORT.matcher(code).replaceAll(""));
        }

        /** The imports at the top of the example. The source may have others between them. */
        List<String> imports() {
            return IMPORT.matcher(code).results().map(MatchResult::group).toList();
        }

        @Override
        public String toString() {
            return document + ", line " + line;
        }
    }

    /** Every Markdown file but those beneath sources and what a build makes. */
    static List<Document> all() throws IOException {
        List<Document> found = new ArrayList<>();
        collect(ROOT, found);
        return found;
    }

    static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    /** The examples that are to be compiled: all in Java and Kotlin, save those that say that they are not. */
    Stream<Example> examples() {
        return EXAMPLE.matcher(text)
                .results()
                .filter(found -> found.group(1) == null)
                .map(this::example);
    }

    /** The targets of all links and pictures, outside of examples. */
    List<String> links() {
        Matcher links = LINK.matcher(FENCE.matcher(text).replaceAll(""));
        return links.results().map((MatchResult link) -> link.group(1)).toList();
    }

    /** The anchors of all headings, as GitHub makes them. */
    List<String> anchors() {
        return HEADING.matcher(FENCE.matcher(text).replaceAll(""))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** The name of the file, without its ending. */
    String name() {
        return path.getFileName().toString().replace(".md", "");
    }

    /** The name of the test that runs the examples of a page: {@code time-outs.md} has {@code TimeOutsPageTest}. */
    String testName() {
        StringBuilder test = new StringBuilder();
        for (String word : name().toLowerCase(Locale.ROOT).split("-")) {
            test.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
        }
        return test + "PageTest";
    }

    @Override
    public String toString() {
        return ROOT.relativize(path).toString();
    }

    private Example example(MatchResult found) {
        int line = 1
                + (int) text.substring(0, found.start(2))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new Example(this, line, found.group(2));
    }

    private static void collect(Path folder, List<Document> found) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                if (Files.isDirectory(child)) {
                    if (!name.startsWith(".") && !NO_DOCUMENTS.contains(name)) {
                        collect(child, found);
                    }
                } else if (name.endsWith(".md")) {
                    found.add(new Document(child, read(child)));
                }
            }
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
