/**
 * A local service that behaves as documented, over real sockets, with an account that is charged. {@link
 * top.neuralbox.testkit.local.Fault}s make it misbehave, and {@link top.neuralbox.testkit.local.NeuralBoxExtension} passes a
 * running one to JUnit tests.
 */
@NullMarked
package top.neuralbox.testkit.local;

import org.jspecify.annotations.NullMarked;
