/** What applications and transports test against. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.testkit {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.core;
    requires static org.assertj.core;
    requires static org.junit.jupiter.api;

    exports top.neuralbox.testkit;
    exports top.neuralbox.testkit.contract;
}
