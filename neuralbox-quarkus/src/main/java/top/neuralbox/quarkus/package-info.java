/**
 * NeuralBox in applications of Quarkus 3.33 and later. The client is a bean if there is a key, with the properties {@code
 * neuralbox.*}, and with listeners, a {@link top.neuralbox.transport.Transport}, a {@link top.neuralbox.CreditGuard} or a {@link
 * top.neuralbox.budget.BudgetStore} that are beans of the application. {@link
 * top.neuralbox.quarkus.NeuralBoxConnectionDetails} and {@link top.neuralbox.quarkus.NeuralBoxCustomizer} change it. A bean of the
 * application of the type {@link top.neuralbox.NeuralBox} takes its place.
 *
 * <p>A generation becomes a response of Quarkus REST by {@link top.neuralbox.quarkus.GenerationResponse}.
 */
@NullMarked
package top.neuralbox.quarkus;

import org.jspecify.annotations.NullMarked;
