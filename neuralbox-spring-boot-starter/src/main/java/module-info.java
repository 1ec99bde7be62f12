/** What an application of Spring Boot needs, and nothing of its own. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.spring.boot.starter {
    requires transitive top.neuralbox;
    requires transitive top.neuralbox.metrics;
    requires transitive top.neuralbox.spring.boot;
    requires transitive top.neuralbox.transport.httpclient;
    requires static transitive org.jspecify;
}
