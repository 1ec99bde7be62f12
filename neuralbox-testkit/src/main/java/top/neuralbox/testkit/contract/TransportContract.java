package top.neuralbox.testkit.contract;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * What each contract needs from the transport under test.
 *
 * @since 0.1.0
 */
public interface TransportContract {

    /** Makes a transport; the test closes it. */
    Transport transport(TransportConfig config);
}
