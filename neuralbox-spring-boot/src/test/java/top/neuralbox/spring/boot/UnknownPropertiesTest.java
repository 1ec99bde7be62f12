package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import top.neuralbox.NeuralBox;
import top.neuralbox.logs.LoggedLines;

/** Boot ignores a misspelled property, so the starter warns of it. */
class UnknownPropertiesTest {

    private static final String SECRET = "sk-secret";

    private final StandardEnvironment environment = new StandardEnvironment();

    @ParameterizedTest
    @CsvSource({
        "neuralbox.base-url, neuralbox.base-uri",
        "neuralbox.baseUrl, neuralbox.base-uri",
        "neuralbox.timeout.total, neuralbox.timeouts.total",
        "neuralbox.budget.limit[0].credits, neuralbox.budget.limits[].credits",
        "neuralbox.budget.limits[0].credit, neuralbox.budget.limits[].credits",
        "neuralbox.budget.redis.uri, neuralbox.budget.redis.url",
        "neuralbox.metrics.model, neuralbox.metrics.models",
        "neuralbox.apikeys, neuralbox.api-key"
    })
    void misspelledPropertyIsNamedWithTheNearest(String name, String nearest) {
        set(name);

        assertThat(UnknownProperties.in(environment))
                .singleElement()
                .satisfies(warning -> assertThat(warning)
                        .startsWith(name.replace("baseUrl", "baseurl") + " ")
                        .endsWith("; did you mean " + nearest + "?")
                        .doesNotContain(SECRET));
    }

    @Test
    void propertyThatIsLikeNoneIsNamedAlone() {
        set("neuralbox.conversation.language");

        assertThat(UnknownProperties.in(environment))
                .singleElement()
                .asString()
                .startsWith("neuralbox.conversation.language ")
                .doesNotContain("did you mean");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "neuralbox.base-uri",
                "neuralbox.baseUri",
                "neuralbox.headers.x-team",
                "neuralbox.headers[X-Team]",
                "neuralbox.protocols",
                "neuralbox.protocols[0]",
                "neuralbox.budget.limits",
                "neuralbox.budget.limits[0].credits",
                "neuralbox.budget.redis.url",
                "neuralbox.metrics.budget-tenants[1]",
                "neuralbox.tracing.enabled",
                "neuralboxed.base-url",
                "spring.ai.neuralbox.base-url"
            })
    void knownOrForeignPropertyIsNot(String name) {
        set(name);

        assertThat(UnknownProperties.in(environment)).isEmpty();
    }

    /** Their names do not tell {@code api-key} from {@code api.key}, and those of other programs are among them. */
    @Test
    void environmentVariablesAndSystemPropertiesAreNot() {
        MutablePropertySources sources = environment.getPropertySources();
        sources.replace(
                "systemEnvironment",
                new SystemEnvironmentPropertySource(
                        "systemEnvironment", Map.of("NEURALBOX_API_KEY", SECRET, "NEURALBOX_REQUIRE_BROWSER", "1")));
        sources.replace("systemProperties", new MapPropertySource("systemProperties", Map.of("neuralbox.test", "1")));

        assertThat(UnknownProperties.in(environment)).isEmpty();
    }

    @Test
    void warningSaysWhereThePropertyIs() throws IOException {
        byte[] file = "\n neuralbox.base-url=https://example.com\n".getBytes(StandardCharsets.UTF_8);
        new PropertiesPropertySourceLoader()
                .load("application", new ByteArrayResource(file, "application.properties"))
                .forEach(environment.getPropertySources()::addFirst);

        assertThat(UnknownProperties.in(environment))
                .singleElement()
                .asString()
                .contains("application.properties", "2:");
    }

    @Test
    void clientIsMadeNevertheless() {
        try (LoggedLines log = LoggedLines.of(UnknownProperties.NAME)) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(NeuralBoxAutoConfiguration.class))
                    .withPropertyValues("neuralbox.api-key=" + SECRET, "neuralbox.base-url=https://example.com")
                    .run(context -> assertThat(context).hasNotFailed().hasSingleBean(NeuralBox.class));

            assertThat(log.all()).singleElement().asString().startsWith("WARNING neuralbox.base-url ");
        }
    }

    /** The metadata is made from the classes that bind. It ends where a list begins. */
    @Test
    void knownNamesAreThoseOfTheMetadata() throws IOException {
        Set<String> described = new TreeSet<>();
        try (InputStream metadata = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            new ObjectMapper()
                    .readTree(metadata)
                    .path("properties")
                    .forEach(property -> described.add(property.path("name").asText()));
        }
        described.removeIf(name -> !name.startsWith("neuralbox."));

        Set<String> known = new TreeSet<>();
        UnknownProperties.KNOWN.forEach(name -> known.add("neuralbox." + name.replaceAll("\\[].*", "")));

        assertThat(known).isEqualTo(described);
    }

    private void set(String name) {
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("application.properties", Map.of(name, SECRET)));
    }
}
