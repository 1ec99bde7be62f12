/** Brings what a Spring Boot application needs. It has no classes of its own. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.spring.boot.starter {
    requires transitive top.neuralbox;
    requires transitive top.neuralbox.metrics;
    requires transitive top.neuralbox.spring.boot;
    requires transitive top.neuralbox.transport.httpclient;
    requires static transitive org.jspecify;
}
