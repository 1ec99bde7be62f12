/**
 * Types that the test doubles and servers share. The doubles and servers have their own packages:
 *
 * <ul>
 *   <li>{@link top.neuralbox.testkit.local} is a local service that behaves as documented, with an account that is charged, and
 *       with faults on demand.
 *   <li>{@link top.neuralbox.testkit.server} misbehaves byte by byte over real sockets, as a script says.
 *   <li>{@link top.neuralbox.testkit.recording} writes the answers of a real service to files, with their times. A scripted
 *       server can play such a recording again.
 *   <li>{@link top.neuralbox.testkit.fake} carries calls in memory, without sockets and threads.
 * </ul>
 *
 * <p>Here, {@link top.neuralbox.testkit.TestCertificates} makes the certificates with which a scripted server speaks TLS, and
 * {@link top.neuralbox.testkit.RecordingSubscriber} records the signals of a publisher, and waits for them.
 *
 * <p>Nothing in these packages sleeps, except to send events at a chosen pace. A test holds a server back with a {@link
 * top.neuralbox.testkit.Gate}, and opens the gate to let it continue. Every wait of a test has a deadline, and throws an {@link
 * java.lang.AssertionError} when it passes. Time during which the whole machine stands still, as build machines sometimes do
 * for a moment, does not count.
 */
@NullMarked
package top.neuralbox.testkit;

import org.jspecify.annotations.NullMarked;
