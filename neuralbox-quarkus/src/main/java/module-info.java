/**
 * NeuralBox in applications of Quarkus, which run on the class path. The descriptor is for tools: some of the modules of Quarkus that
 * it requires have no name but that of their file.
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox.quarkus {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires arc;
    requires io.smallrye.config;
    requires jakarta.annotation;
    requires jakarta.cdi;
    requires jakarta.inject;
    requires jakarta.interceptor;
    requires micrometer.core;
    requires quarkus.core;
    requires top.neuralbox.metrics;
    // Of Quarkus REST, which an application may do without.
    requires static io.smallrye.mutiny;
    requires static resteasy.reactive.common;

    exports top.neuralbox.quarkus;
}
