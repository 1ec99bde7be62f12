package top.neuralbox.spring.boot;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: this adapter knows what the client exports, and Spring; the testkit is for tests alone. */
@AnalyzeClasses(packages = "top.neuralbox.spring.boot", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule adapterKnowsThePublicApiAndSpring = classes()
            .that(resideInAPackage("top.neuralbox.spring.boot"))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "javax.net.ssl",
                    "org.jspecify..",
                    "org.springframework..",
                    "jakarta.servlet..",
                    "reactor..",
                    "org.reactivestreams..",
                    "io.micrometer..",
                    "redis.clients.jedis..",
                    "top.neuralbox",
                    "top.neuralbox.budget",
                    "top.neuralbox.budget.redis",
                    "top.neuralbox.metrics",
                    "top.neuralbox.relay",
                    "top.neuralbox.transport",
                    "top.neuralbox.spring.boot"));

    @ArchTest
    static final ArchRule testsOfApplicationsKnowTheTestkit = classes()
            .that(resideInAPackage("top.neuralbox.spring.boot.test"))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "org.springframework..",
                    "top.neuralbox",
                    "top.neuralbox.spring.boot..",
                    "top.neuralbox.testkit.local"));
}
