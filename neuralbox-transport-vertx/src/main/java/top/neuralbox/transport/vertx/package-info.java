/**
 * Carries NeuralBox calls on Vert.x: one exchange of the {@code HttpClient} beneath the Web Client a call.
 *
 * <p>The way of a call: {@link top.neuralbox.transport.vertx.VertxTransport#start start} checks the request and picks an
 * event loop; {@code ConnectionQueue} admits it to the engine's pool; {@code VertxCall} leads it from the lease of a
 * connection to its end; {@code BodyPublisher} hands the content on under demand; {@code FailureMapping} names what went
 * wrong.
 */
@NullMarked
package top.neuralbox.transport.vertx;

import org.jspecify.annotations.NullMarked;
