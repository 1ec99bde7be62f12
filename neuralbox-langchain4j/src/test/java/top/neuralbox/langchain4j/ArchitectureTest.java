package top.neuralbox.langchain4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: the adapter knows the client and LangChain4j, both by their public API alone. */
@AnalyzeClasses(packages = "top.neuralbox.langchain4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theAdapterKnowsTheClientAndLangChain4jAlone = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..", "org.jspecify..", "dev.langchain4j..", "top.neuralbox", "top.neuralbox.langchain4j"));

    @ArchTest
    static final ArchRule nothingOfLangChain4jIsUsedThatItCallsInternal =
            noClasses().should().dependOnClassesThat(resideInAPackage("dev.langchain4j.internal.."));
}
