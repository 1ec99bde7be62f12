package top.neuralbox;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: which package may know which. */
@AnalyzeClasses(packages = "top.neuralbox", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCycle =
            slices().matching("top.neuralbox.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theGrammarKnowsTheJdkAlone = classes()
            .that()
            .resideInAPackage("top.neuralbox.sse")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", "top.neuralbox.sse"));

    @ArchTest
    static final ArchRule theSpiKnowsTheJdkAlone = classes()
            .that()
            .resideInAPackage("top.neuralbox.transport")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "javax.net.ssl..", "org.jspecify..", "top.neuralbox.transport"));

    @ArchTest
    static final ArchRule onlyTheCodersKnowJackson = noClasses()
            .that()
            .haveNameNotMatching(
                    "top\\.neuralbox\\.(Json|JsonObjectReader|EventDecoder|ErrorDecoder|ErrorFields|AnswerDecoder|RequestEncoder)(\\$.*)?")
            .should()
            .dependOnClassesThat(resideInAPackage("com.fasterxml.."));

    @ArchTest
    static final ArchRule noPublicSignatureShowsJackson = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should()
            .notHaveRawReturnType(resideInAPackage("com.fasterxml.."));
}
