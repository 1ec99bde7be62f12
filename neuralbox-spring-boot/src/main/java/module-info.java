/**
 * NeuralBox in applications of Spring Boot. Almost all of them run on the class path. An application on the module path requires
 * by itself what is optional here: Spring MVC or WebFlux.
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox.spring.boot {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    // Not transitive, although public signatures name them: otherwise every module path would need all of them to
    // compile.
    requires static jakarta.servlet;
    requires static org.reactivestreams;
    requires static reactor.core;
    requires static spring.core;
    requires static spring.web;
    requires static spring.webflux;
    requires static spring.webmvc;

    exports top.neuralbox.spring.boot;
}
