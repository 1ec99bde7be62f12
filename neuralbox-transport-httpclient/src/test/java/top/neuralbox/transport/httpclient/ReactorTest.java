package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.RejectedExecutionException;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.TransportConfig;

class ReactorTest {

    /** The last call on it may end while the transport is being closed. The call must still be told. */
    @Test
    void endOfTheLastCallThrowsNothingIfTheTransportIsClosedMeanwhile() {
        HostNames names = new HostNames(host -> {
            throw new AssertionError("no name is looked up");
        });
        Reactor reactor = new Reactor(
                Engine.connections(TransportConfig.defaults(), names),
                task -> {
                    throw new RejectedExecutionException("the transport is closed");
                },
                made -> HttpAsyncClients.createDefault());
        try {
            assertThatCode(reactor::retire).doesNotThrowAnyException();
        } finally {
            reactor.close();
            names.close();
        }
    }
}
