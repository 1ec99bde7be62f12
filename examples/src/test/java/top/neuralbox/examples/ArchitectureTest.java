package top.neuralbox.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: examples use what users can use. The class path alone would let them use more. */
@AnalyzeClasses(packages = "top.neuralbox.examples", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule examplesKnowThePublicApiAlone = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "top.neuralbox.bytes",
                    "top.neuralbox.concurrent",
                    "top.neuralbox.json",
                    "top.neuralbox.testkit.command",
                    "top.neuralbox.testkit.concurrent",
                    "top.neuralbox.testkit.json",
                    "top.neuralbox.testkit.socket"));

    @ArchTest
    static final ArchRule theTransportOnTheJdkKnowsTheSpiAlone = classes()
            .that()
            .resideInAPackage("top.neuralbox.examples.jdk")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "javax.net.ssl..",
                    "org.jspecify..",
                    "top.neuralbox.transport",
                    "top.neuralbox.examples.jdk"));
}
