/** Test doubles and servers, for tests of applications. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.testkit {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.core;
    requires static org.junit.jupiter.api;

    exports top.neuralbox.testkit;
    exports top.neuralbox.testkit.fake;
    exports top.neuralbox.testkit.local;
    exports top.neuralbox.testkit.recording;
    exports top.neuralbox.testkit.server;
}
