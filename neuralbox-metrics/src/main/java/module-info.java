/** The meters and the tracing of NeuralBox generations, on Micrometer. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.metrics {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires transitive micrometer.core;
    requires transitive micrometer.observation;
    requires micrometer.commons;
    // A public signature names it, but only those who use that class need it.
    requires static transitive context.propagation;

    exports top.neuralbox.metrics;
}
