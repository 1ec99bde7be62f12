/** The meters and the tracing of NeuralBox generations, on Micrometer. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.metrics {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires transitive micrometer.core;
    requires transitive micrometer.observation;
    requires micrometer.commons;
    // Not transitive, although a public signature names it: otherwise every module path would need it to compile.
    requires static context.propagation;

    exports top.neuralbox.metrics;
}
