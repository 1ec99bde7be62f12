package top.neuralbox.transport.vertx;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: a transport knows the SPI, its engine and the JDK. */
@AnalyzeClasses(packages = "top.neuralbox.transport.vertx", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theTransportKnowsTheSpiAndItsEngineAlone = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..",
                    "javax.net.ssl..",
                    "org.jspecify..",
                    "io.netty..",
                    "io.vertx..",
                    "top.neuralbox.transport",
                    "top.neuralbox.transport.vertx"));

    @ArchTest
    static final ArchRule theVersionsAreReadBeforeTheEngineIsLoaded = classes()
            .that()
            .haveSimpleNameStartingWith("EngineVersions")
            .should()
            .onlyDependOnClassesThat(resideOutsideOfPackages("io.netty..", "io.vertx.."));
}
