/**
 * NeuralBox in applications of Spring Boot 3.5 and 4. The auto-configuration makes the client a bean if there is a key, with the
 * properties {@code neuralbox.*}, and with listeners, a {@link top.neuralbox.transport.Transport}, a {@link
 * top.neuralbox.CreditGuard} or a {@link top.neuralbox.budget.BudgetStore} that are beans of the application. {@link
 * top.neuralbox.spring.boot.NeuralBoxConnectionDetails} and {@link top.neuralbox.spring.boot.NeuralBoxCustomizer} change it.
 *
 * <p>A generation becomes a response by {@link top.neuralbox.spring.boot.GenerationEmitter} in Spring MVC, and by {@link
 * top.neuralbox.spring.boot.GenerationResponse} in WebFlux.
 */
@NullMarked
package top.neuralbox.spring.boot;

import org.jspecify.annotations.NullMarked;
