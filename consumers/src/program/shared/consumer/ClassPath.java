package consumer;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the jars that the application runs with to the list in its folder, {@code class-path.txt}.
 *
 * <p>A line is the name of a jar without its suffix, and after a space why it may be there. With {@code ?} before it, it need
 * not be there. A line {@code *} lets other jars be there as well; without it the list is complete. The library's own jars
 * are left out.
 */
final class ClassPath {

    private ClassPath() {}

    static void check() throws IOException {
        List<String> lines = Files.readAllLines(Path.of(System.getProperty("consumer.basedir"), "class-path.txt"));
        Set<String> listed = lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" ", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
        boolean othersToo = listed.remove("*");
        Set<String> found = jars();

        Set<String> missing = listed.stream()
                .filter(jar -> !jar.startsWith("?") && !found.contains(jar))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> unlisted = new TreeSet<>(found);
        unlisted.removeIf(jar -> listed.contains(jar) || listed.contains("?" + jar));
        Story.require(
                missing.isEmpty() && (othersToo || unlisted.isEmpty()),
                "the class path is not the listed one; missing: " + missing + ", not listed: " + unlisted);
    }

    private static Set<String> jars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).getFileName().toString())
                .filter(name -> name.endsWith(".jar") && !name.startsWith("neuralbox-"))
                .map(name -> name.substring(0, name.length() - ".jar".length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
