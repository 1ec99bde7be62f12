package top.neuralbox.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.testkit.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.testkit.contract.TransportFixture.assertKind;
import static top.neuralbox.testkit.contract.TransportFixture.failure;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;

/**
 * Heads of HTTP/2 that no request asked for, or behind which nothing can come. For transports that know HTTP/2, and whose
 * engine shows them these heads.
 *
 * @since 0.1.0
 */
public interface TransportHttp2HeadContract extends TransportContract {

    /** The error code of HTTP/2 (RFC 9113, section 7). */
    int PROTOCOL_ERROR = 1;

    /** Rule 2: one that asks for the content, 100, counts as any other. */
    @Test
    default void moreInterimResponsesOf100AreAProtocolErrorOfTheirStreamAlone() {
        FrameCalls.endsAlone(this, stream -> {
            for (int i = 0; i <= TransportHeadContract.MOST_INTERIM; i++) {
                stream.head(100);
            }
        });
    }

    /** Rules 2 and 4, and RFC 9113, section 8.1: behind an interim response the final one has to come. */
    @Test
    default void interimResponseThatEndsItsStreamIsAProtocolErrorOfItsStreamAlone() {
        for (int status : new int[] {100, 102, 103, 199}) {
            FrameCalls.endsAlone(this, stream -> stream.onlyHead(status));
        }
    }

    /** Rule 2, and RFC 9113, section 8.4: nothing that was not asked for is taken. */
    @Test
    default void promiseOfAnotherResponseIsAProtocolErrorOfTheConnection() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportCall call = FrameCalls.start(transport, server);
            FrameServer.Stream stream = server.awaitStream();
            assertThat(stream.clientSetting(FrameServer.ENABLE_PUSH, 1)).isZero();

            stream.push();

            assertKind(failure(call), PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isTrue();
            assertThat(stream.awaitGoAway(PROMPTLY)).isEqualTo(PROTOCOL_ERROR);
        }
    }
}
