package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on wiring lists every property that Spring Boot's metadata has. */
class PropertiesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "metrics", "wiring.md");

    @Test
    void everyPropertyIsOnThePage() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `neuralbox."))
                .toList();

        assertThat(properties())
                .hasSizeGreaterThan(40)
                .allSatisfy(property -> assertThat(rows).as(property).anyMatch(row -> names(row, property)));
    }

    private static boolean names(String row, String property) {
        String prefix = property.substring(0, property.lastIndexOf('.') + 1);
        return row.startsWith("| `" + prefix + "` |") && row.contains("`" + property.substring(prefix.length()) + "`");
    }

    private static List<String> properties() throws IOException {
        List<String> names = new ArrayList<>();
        try (InputStream metadata =
                PropertiesPageTest.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            for (JsonNode property : new ObjectMapper().readTree(metadata).get("properties")) {
                String name = property.get("name").asText();
                // A map: the next part of the name is the application's.
                if (name.startsWith("neuralbox.") && !name.equals("neuralbox.headers")) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
