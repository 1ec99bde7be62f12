package top.neuralbox.spring.ai;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.autoconfigure.AutoConfiguration;

/** The arrows of the design: the adapter knows the client and Spring AI, both by their public API alone. */
@AnalyzeClasses(packages = "top.neuralbox.spring.ai", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theAdapterKnowsTheClientAndSpringAiAlone = classes()
            .that()
            .areNotAnnotatedWith(AutoConfiguration.class)
            .and()
            .doNotHaveSimpleName("NeuralBoxChatProperties")
            .and()
            .doNotHaveSimpleName("Options")
            .and()
            .doNotHaveSimpleName("NoClientFailureAnalyzer")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "org.springframework.ai..",
                    "io.micrometer.observation..",
                    "reactor..",
                    "top.neuralbox",
                    "top.neuralbox.spring.ai"));

    @ArchTest
    static final ArchRule nothingOfSpringAiIsUsedThatItCallsInternal =
            noClasses().should().dependOnClassesThat(resideInAPackage("org.springframework.ai..internal.."));
}
