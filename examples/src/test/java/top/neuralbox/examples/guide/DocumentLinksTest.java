package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reader who follows links from the README comes to every page, and never into the void. */
class DocumentLinksTest {

    static Stream<Document> documents() throws IOException {
        return Document.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void linksLeadToFilesAndHeadings(Document document) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : document.links()) {
            if (!link.contains("://") && !link.startsWith("mailto:") && !leadsSomewhere(document, link)) {
                broken.add(link);
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheReadme() throws IOException {
        Map<Path, Document> documents = new HashMap<>();
        Document.all().forEach(document -> documents.put(document.path(), document));
        Set<Path> reached = new LinkedHashSet<>();
        Deque<Path> ahead = new ArrayDeque<>(List.of(Document.ROOT.resolve("README.md")));
        while (!ahead.isEmpty()) {
            Document document = documents.get(ahead.pop());
            if (document != null && reached.add(document.path())) {
                document.links().forEach(link -> ahead.add(target(document, link)));
            }
        }
        assertThat(documents.keySet().stream().filter(page -> !reached.contains(page)))
                .isEmpty();
    }

    private static boolean leadsSomewhere(Document document, String link) throws IOException {
        Path target = target(document, link);
        int hash = link.indexOf('#');
        if (hash < 0 || !Files.exists(target)) {
            return Files.exists(target);
        }
        return new Document(target, Files.readString(target)).anchors().contains(link.substring(hash + 1));
    }

    private static Path target(Document document, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        return file.isEmpty()
                ? document.path()
                : document.path().resolveSibling(file).normalize();
    }
}
