package top.neuralbox.budget.redis;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import top.neuralbox.BudgetUnit;

/** The arrows of the design: the store knows budgets and their units, Jedis and the JDK. */
@AnalyzeClasses(packages = "top.neuralbox.budget.redis", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theStoreKnowsBudgetsAndJedisAlone = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "java..",
                            "org.jspecify..",
                            "redis.clients.jedis..",
                            "top.neuralbox.budget",
                            "top.neuralbox.budget.redis")
                    .or(equivalentTo(BudgetUnit.class)));
}
