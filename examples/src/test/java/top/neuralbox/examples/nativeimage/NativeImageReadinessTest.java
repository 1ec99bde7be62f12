package top.neuralbox.examples.nativeimage;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/**
 * What a native image has to be told is told in the artifacts, and that is resources alone: nothing of ours is reached by
 * reflection. (Providers of transports are found by {@link java.util.ServiceLoader}, which a native image knows.)
 */
class NativeImageReadinessTest {

    private static JavaClasses published;

    @BeforeAll
    static void importWhatIsPublished() {
        published = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("top.neuralbox")
                .that(describe("an application runs", NativeImageReadinessTest::isRunByAnApplication));
    }

    @Test
    void allModulesAreLookedAt() {
        assertThat(published.stream().map(JavaClass::getName))
                .contains(
                        NeuralBox.class.getName(),
                        NeuralBoxMetrics.class.getName(),
                        HttpClientTransport.class.getName(),
                        VertxTransport.class.getName());
    }

    @Test
    void nothingReflects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(MethodHandles.Lookup.class)
                .orShould()
                .callCodeUnitWhere(describe("it looks into a class", NativeImageReadinessTest::looksIntoAClass))
                .check(published);
    }

    @Test
    void nothingIsReadFromASerializedForm() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.io.ObjectInputStream.class)
                .check(published);
    }

    @Test
    void whoeverReadsResourcesIsKnown() {
        Set<String> readers = published.stream()
                .flatMap(type -> type.getCodeUnitCallsFromSelf().stream())
                .filter(call -> call.getTarget().getName().startsWith("getResource"))
                .map(call -> call.getOriginOwner().getName())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(readers)
                .containsExactly(
                        "top.neuralbox.UserAgent",
                        "top.neuralbox.budget.redis.BudgetScript",
                        "top.neuralbox.transport.httpclient.EngineVersions",
                        "top.neuralbox.transport.vertx.EngineVersions");
    }

    @Test
    void theResourcesTheyReadAreNamedInTheArtifactsAndExist() throws IOException {
        List<String> named = new ArrayList<>();
        for (String artifact : List.of(
                "neuralbox-core",
                "neuralbox-budget-redis",
                "neuralbox-transport-httpclient",
                "neuralbox-transport-vertx")) {
            String config = "/META-INF/native-image/top.neuralbox/" + artifact + "/resource-config.json";
            JsonNode includes;
            try (InputStream in = getClass().getResourceAsStream(config)) {
                assertThat(in).as(config).isNotNull();
                includes = new ObjectMapper().readTree(in).at("/resources/includes");
            }
            for (JsonNode include : includes) {
                named.add(include.get("pattern").asText().replace("\\Q", "").replace("\\E", ""));
            }
        }

        assertThat(named)
                .containsExactlyInAnyOrder(
                        "top/neuralbox/version.properties",
                        "top/neuralbox/budget/redis/budget.lua",
                        "org/apache/hc/client5/version.properties",
                        "org/apache/hc/core5/version.properties",
                        "META-INF/vertx/vertx-version.txt",
                        "META-INF/io.netty.versions.properties")
                .allSatisfy(resource -> assertThat(
                                Collections.list(getClass().getClassLoader().getResources(resource)))
                        .isNotEmpty());
    }

    /** The testkit and the contracts are not: JUnit passes reflected methods to them. */
    private static boolean isRunByAnApplication(JavaClass type) {
        return !type.getPackageName().matches("top\\.neuralbox\\.(contract|examples|logs|testkit)(\\..*)?");
    }

    private static boolean looksIntoAClass(JavaCall<?> call) {
        CodeUnitCallTarget target = call.getTarget();
        return target.getOwner().isEquivalentTo(Class.class)
                && target.getName()
                        .matches(
                                "forName|newInstance|get(Declared)?(Method|Field|Constructor|Class)s?|getRecordComponents");
    }
}
