/**
 * A relay passes one generation to a reader that must not have the key, most often a browser.
 *
 * <p>The path of an event: {@link top.neuralbox.relay.StreamRelay} (settings, head and body) &rarr; RelayPipe (subscribes to
 * the events, and lets one thread at a time advance) &rarr; RelayHead (chooses the head) and RelayEncoder (writes the bytes that the reader may see) &rarr; the
 * reader, or StreamPump for a blocking stream. RelayFailure chooses the words for a failure. RelayClock has the three timers.
 */
@NullMarked
package top.neuralbox.relay;

import org.jspecify.annotations.NullMarked;
