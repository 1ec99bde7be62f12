package top.neuralbox.contract;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract suite against the plainest transport that can keep it. */
class BlockingTransportTest {

    interface Blocking extends TransportContract {
        @Override
        default Transport transport(TransportConfig config) {
            return new BlockingTransport(config);
        }
    }

    @Nested
    class Streaming implements TransportStreamingContract, Blocking {}

    @Nested
    class Request implements TransportRequestContract, Blocking {}

    @Nested
    class BackPressure implements TransportBackPressureContract, Blocking {}

    @Nested
    class Cancellation implements TransportCancellationContract, Blocking {}

    @Nested
    class Fault implements TransportFaultContract, Blocking {}

    @Nested
    class Connect implements TransportConnectContract, Blocking {}

    @Nested
    class Once implements TransportOnceContract, Blocking {}

    @Nested
    class Tls implements TransportTlsContract, Blocking {}

    @Nested
    class Isolation implements TransportIsolationContract, Blocking {}

    @Nested
    class Lifecycle implements TransportLifecycleContract, Blocking {

        @Test
        @Disabled("This transport needs a thread for each call: the one rule that it breaks.")
        @Override
        public void thousandStreamsAreServedAtOnceWithoutAThreadEach() {}
    }
}
