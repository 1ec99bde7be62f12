/**
 * NeuralBox in applications of Spring Boot 3.5 and 4: the client as a bean, and its generations as responses of Spring MVC ({@link
 * top.neuralbox.spring.boot.GenerationEmitter}) and WebFlux ({@link top.neuralbox.spring.boot.GenerationResponse}).
 */
@NullMarked
package top.neuralbox.spring.boot;

import org.jspecify.annotations.NullMarked;
