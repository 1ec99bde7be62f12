/**
 * NeuralBox in applications of Spring Boot. Almost all of them run on the class path. An application on the module path requires
 * by itself what is optional here: Spring MVC or WebFlux.
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox.spring.boot {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires spring.beans;
    requires spring.boot;
    requires transitive spring.boot.autoconfigure;
    requires spring.context;
    requires spring.core;
    // Annotations of Boot's health indicators.
    requires static com.fasterxml.jackson.annotation;
    // None is transitive, although public signatures name some: otherwise every module path would need them to compile.
    requires static jakarta.servlet;
    requires static micrometer.core;
    requires static micrometer.observation;
    requires static org.apache.commons.pool2;
    requires static org.reactivestreams;
    requires static reactor.core;
    requires static spring.boot.actuator;
    requires static spring.boot.health;
    requires static spring.web;
    requires static spring.webflux;
    requires static spring.webmvc;
    requires static redis.clients.jedis;
    requires static top.neuralbox.budget.redis;
    requires static top.neuralbox.metrics;
    requires static top.neuralbox.testkit;

    exports top.neuralbox.spring.boot;
    exports top.neuralbox.spring.boot.test;
    // Spring makes the beans, and binds the properties.
    opens top.neuralbox.spring.boot to
            spring.beans,
            spring.boot,
            spring.context,
            spring.core;
    opens top.neuralbox.spring.boot.test to
            spring.beans,
            spring.context,
            spring.core;
}
