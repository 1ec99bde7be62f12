package top.neuralbox.kotlin

import java.io.File
import java.lang.module.ModuleFinder
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** The tests run on the class path. On the module path the module finds all that it needs, and no automatic module. */
internal class ModuleTest {

    @Test
    fun moduleAndAllThatItNeedsAreNamed() {
        val boot = ModuleLayer.boot()
        val found = boot.configuration().resolve(ModuleFinder.of(), ModuleFinder.of(*needed()), setOf(NAME))

        assertThat(found.modules().filter { it.reference().descriptor().isAutomatic }).isEmpty()
        val loader = boot.defineModulesWithOneLoader(found, null).findLoader(NAME)
        val functions = loader.loadClass("$NAME.NeuralBoxCoroutinesKt")
        assertThat(functions.module.name).isEqualTo(NAME)
        assertThat(functions.methods.map { it.name }).contains("events", "textDeltas", "generateSuspending")
    }

    private fun needed(): Array<Path> = System.getProperty("java.class.path")
        .split(File.pathSeparator)
        .filter { entry -> NEEDED.any(entry::contains) && !entry.contains("test-classes") }
        .map { Path.of(it) }
        .toTypedArray()

    private companion object {
        const val NAME = "top.neuralbox.kotlin"
        val NEEDED = listOf(
            "neuralbox-kotlin",
            "neuralbox-core",
            "jackson-core",
            "jspecify",
            "kotlin-stdlib",
            "kotlinx-coroutines-core",
        )
    }
}
