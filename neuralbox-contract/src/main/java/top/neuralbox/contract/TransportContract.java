package top.neuralbox.contract;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * The common part of all contracts of a transport: it makes the transport under test.
 *
 * @since 0.1.0
 */
public interface TransportContract {

    /** Makes a transport; the test closes it. */
    Transport transport(TransportConfig config);
}
