package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;

/**
 * Tests of the GOAWAY that a transport sends before it closes a connection of HTTP/2. For transports whose engine sends one
 * with the reason.
 *
 * @since 0.1.0
 */
public interface TransportHttp2GoAwayContract extends TransportContract {

    /** The error code of HTTP/2 (RFC 9113, section 7). */
    int PROTOCOL_ERROR = 1;

    /** Rule 2, and RFC 9113, sections 5.4.1 and 8.4. */
    @Test
    default void promiseOfAnotherResponseIsAnsweredByGoAway() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportCall call = FrameCalls.start(transport, server);
            FrameServer.Stream stream = server.awaitStream();

            stream.push();

            assertKind(failure(call), PROTOCOL);
            assertThat(stream.awaitGoAway(PROMPTLY)).isEqualTo(PROTOCOL_ERROR);
        }
    }
}
