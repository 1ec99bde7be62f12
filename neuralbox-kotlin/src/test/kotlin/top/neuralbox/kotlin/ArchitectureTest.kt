package top.neuralbox.kotlin

import com.tngtech.archunit.core.importer.ImportOption
import com.tngtech.archunit.junit.AnalyzeClasses
import com.tngtech.archunit.junit.ArchTest
import com.tngtech.archunit.lang.ArchRule
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses

/** The arrows of the design: the adapter knows the client and coroutines, both by their public API alone. */
@AnalyzeClasses(packages = ["top.neuralbox.kotlin"], importOptions = [ImportOption.DoNotIncludeTests::class])
internal class ArchitectureTest {

    @ArchTest
    val theAdapterKnowsTheClientAndCoroutinesAlone: ArchRule =
        classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "kotlin..",
                "kotlinx.coroutines..",
                "org.jetbrains.annotations..",
                "top.neuralbox",
                "top.neuralbox.kotlin",
            )

    @ArchTest
    val nothingOfCoroutinesIsUsedThatTheyCallInternal: ArchRule =
        noClasses()
            .that()
            .haveSimpleNameNotEndingWith("$1") // Compiled from "await" and from operators that are inlined.
            .should()
            .dependOnClassesThat()
            .resideInAPackage("kotlinx.coroutines.internal..")
}
