package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;

/**
 * Tests of {@link Transport#warmUp} over HTTP/2. For transports that know HTTP/2 and implement it.
 *
 * @since 0.1.0
 */
public interface TransportHttp2WarmUpContract extends TransportContract {

    /** Rule 14. */
    @Test
    default void nextCallUsesTheWarmConnectionInHttp2() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportWarmUpContract.ready(transport.warmUp(server.uri(), 1, PATIENCE));
            assertThat(server.connectionCount()).isEqualTo(1);

            for (String answer : new String[] {"first", "second", "third"}) {
                TransportCall call = FrameCalls.start(transport, server);
                server.awaitStream().head(200).data(answer).end();
                assertThat(text(head(call))).isEqualTo(answer);
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 14. The calls come all at once. Each has a connection, or they share one. */
    @Test
    default void callsAfterAWarmUpOpenNoMoreConnectionsThanItDid() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportWarmUpContract.ready(transport.warmUp(server.uri(), 3, PATIENCE));
            int warm = server.connectionCount();
            assertThat(warm).isBetween(1, 3);

            List<TransportCall> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                calls.add(FrameCalls.start(transport, server));
            }
            for (int i = 0; i < 3; i++) {
                server.awaitStream().head(200).data("answer").end();
            }
            calls.forEach(call -> assertThat(text(head(call))).isEqualTo("answer"));
            assertThat(server.connectionCount()).isEqualTo(warm);
        }
    }

    /** Rule 14. */
    @Test
    default void repeatedWarmUpOpensNoMoreInHttp2() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportWarmUpContract.ready(transport.warmUp(server.uri(), 1, PATIENCE));
            TransportWarmUpContract.ready(transport.warmUp(server.uri(), 1, PATIENCE));

            TransportCall call = FrameCalls.start(transport, server);
            server.awaitStream().head(200).data("answer").end();
            assertThat(text(head(call))).isEqualTo("answer");
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }
}
