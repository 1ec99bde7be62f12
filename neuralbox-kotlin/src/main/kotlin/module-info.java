/** Generations as flows and suspending functions of Kotlin. */
module top.neuralbox.kotlin {
    requires transitive top.neuralbox;
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;

    exports top.neuralbox.kotlin;
}
