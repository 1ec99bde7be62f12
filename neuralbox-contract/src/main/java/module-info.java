/** The contracts of transports and of stores, as tests for their authors. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.contract {
    requires transitive top.neuralbox;
    requires transitive top.neuralbox.testkit;
    requires static transitive org.jspecify;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;

    exports top.neuralbox.contract;
}
