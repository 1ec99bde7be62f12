/**
 * Carries NeuralBox calls on Vert.x: each call is one exchange of the {@code HttpClient} under the Web Client.
 *
 * <p>{@link top.neuralbox.transport.vertx.VertxTransport#start start} checks the request of a call and picks an event loop.
 * {@code ConnectionQueue} admits the call to the engine's connection pool. {@code VertxCall} takes it from the lease of a
 * connection to its end. {@code BodyPublisher} delivers the content under demand. {@code FailureMapping} names the failure.
 */
@NullMarked
package top.neuralbox.transport.vertx;

import org.jspecify.annotations.NullMarked;
