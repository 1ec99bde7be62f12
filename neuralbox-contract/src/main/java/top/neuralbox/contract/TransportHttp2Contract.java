package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_1_1;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_2;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;

/**
 * Tests of a transport that knows HTTP/2, with a server that does not.
 *
 * @since 0.1.0
 */
public interface TransportHttp2Contract extends TransportContract {

    /** Rule 2. */
    @Test
    default void serverWithoutHttp2IsSpokenToInHttp1() {
        try (TransportFixture fixture = secure(HTTP_1_1, HTTP_2)) {
            assertThat(text(fixture.exchange(Script.response(200, "in HTTP/1.1"))))
                    .isEqualTo("in HTTP/1.1");
        }
    }

    /** Rules 3 and 4. */
    @Test
    default void serverWithoutHttp2GetsNothingWhereHttp1IsSwitchedOff() {
        try (TransportFixture fixture = secure(HTTP_2)) {
            TransportCall call = fixture.start();

            assertKind(failure(call), PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isFalse();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertThat(fixture.server().requestCount()).isZero();
        }
    }

    /** Rules 1 and 3. */
    @Test
    default void nobodyIsSpokenToInClearTextWhereHttp1IsSwitchedOff() {
        TransportConfig config = TransportConfig.builder().protocols(HTTP_2).build();
        try (TransportFixture fixture = TransportFixture.start(this, config)) {
            TransportCall call = fixture.start();

            assertKind(failure(call), PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isFalse();
            assertThat(fixture.server().connectionCount()).isZero();
        }
    }

    private TransportFixture secure(Protocol... protocols) {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .protocols(protocols)
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }
}
