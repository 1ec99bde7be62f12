/**
 * What applications and transports test against.
 *
 * <ul>
 *   <li>{@link top.neuralbox.testkit.LocalNeuralBox} is the service as it is documented, with an account that is
 *       charged, and with {@link top.neuralbox.testkit.Fault}s on demand; {@link
 *       top.neuralbox.testkit.NeuralBoxExtension} hands a running one to JUnit tests.
 *   <li>{@link top.neuralbox.testkit.ScriptedServer} misbehaves byte by byte, by a {@link
 *       top.neuralbox.testkit.Script}, over real sockets.
 *   <li>{@link top.neuralbox.testkit.RecordingTransport} writes down what a real service answers, with its times, and a
 *       {@link top.neuralbox.testkit.Recording} is played by a {@code ScriptedServer} again.
 *   <li>{@link top.neuralbox.testkit.FakeTransport} carries calls in memory, without sockets and threads.
 *   <li>{@link top.neuralbox.testkit.TestCertificates} makes the certificates with which it speaks TLS.
 *   <li>{@link top.neuralbox.testkit.RecordingSubscriber} keeps what a publisher signals, and waits for it.
 * </ul>
 *
 * <p>Nothing here sleeps, save what keeps a pace: a test holds a server back and lets it go on with a {@link
 * top.neuralbox.testkit.Gate}.
 * Whatever waits has a deadline, and throws an {@link java.lang.AssertionError} when it passes. A machine that stands still
 * for a moment, as build machines do, does not use it up: moments in which nothing could run are not counted.
 */
@NullMarked
package top.neuralbox.testkit;

import org.jspecify.annotations.NullMarked;
