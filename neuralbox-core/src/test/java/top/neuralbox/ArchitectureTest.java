package top.neuralbox;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The arrows of the design: which package may know which. */
@AnalyzeClasses(packages = "top.neuralbox", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCycle =
            slices().assignedFrom(new Packages()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule bytesKnowsTheJdkAlone = knowsTheJdkAnd("top.neuralbox.bytes");

    @ArchTest
    static final ArchRule concurrentKnowsTheJdkAlone = knowsTheJdkAnd("top.neuralbox.concurrent");

    @ArchTest
    static final ArchRule sseKnowsBytesAlone = knowsTheJdkAnd("top.neuralbox.sse", "top.neuralbox.bytes");

    @ArchTest
    static final ArchRule transportKnowsConcurrentAlone =
            knowsTheJdkAnd("top.neuralbox.transport", "top.neuralbox.concurrent");

    @ArchTest
    static final ArchRule jsonKnowsJacksonAndBytesAlone =
            knowsTheJdkAnd("top.neuralbox.json", "top.neuralbox.bytes", "com.fasterxml..");

    @ArchTest
    static final ArchRule budgetKnowsNeitherTransportsNorJson =
            knowsTheJdkAnd("top.neuralbox.budget", "top.neuralbox", "top.neuralbox.concurrent");

    @ArchTest
    static final ArchRule relayKnowsNeitherJsonNorBytesNorBudgets = knowsTheJdkAnd(
            "top.neuralbox.relay",
            "top.neuralbox",
            "top.neuralbox.concurrent",
            "top.neuralbox.sse",
            "top.neuralbox.transport");

    @ArchTest
    static final ArchRule onlyJsonKnowsJackson = noClasses()
            .that()
            .resideOutsideOfPackage("top.neuralbox.json")
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

    private static ArchRule knowsTheJdkAnd(String room, String... others) {
        String[] known = new String[others.length + 4];
        System.arraycopy(others, 0, known, 0, others.length);
        known[others.length] = room;
        known[others.length + 1] = "java..";
        known[others.length + 2] = "javax.net.ssl..";
        known[others.length + 3] = "org.jspecify..";
        return classes().that().resideInAPackage(room).should().onlyDependOnClassesThat(resideInAnyPackage(known));
    }

    /** Each package is a slice, the root package too. */
    private static final class Packages implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("top.neuralbox")
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages, the root package included";
        }
    }
}
