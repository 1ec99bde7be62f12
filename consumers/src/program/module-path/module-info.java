/** An application on the module path. It names no transport: that is bound as a service. */
module consumer {
    requires top.neuralbox;
    requires top.neuralbox.metrics;
    requires top.neuralbox.testkit;
}
