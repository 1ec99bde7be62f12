package top.neuralbox.metrics;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: metrics know the client and its budgets, Micrometer and the JDK. */
@AnalyzeClasses(packages = "top.neuralbox.metrics", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule metricsKnowTheClientAndMicrometerAlone = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "io.micrometer..",
                    "top.neuralbox",
                    "top.neuralbox.budget",
                    "top.neuralbox.metrics"));
}
