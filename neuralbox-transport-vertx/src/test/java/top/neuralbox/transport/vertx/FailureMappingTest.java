package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.vertx.FailureMapping.Phase;

/** What TLS reports before, in and after the handshake. */
class FailureMappingTest {

    private final FailureMapping mapping = new FailureMapping(
            ExchangeFailures.of(
                    TransportRequest.builder("POST", URI.create("https://api.test/"))
                            .build(),
                    TransportConfig.defaults()),
            false);

    /** The pool may grant a connection that has just heard close_notify. */
    @Test
    void connectionThatTlsHasClosedIsALoss() {
        TransportException failure = mapping.of(new SSLException("SSLEngine closed already"), Phase.SENT);

        assertThat(failure.kind()).isEqualTo(Kind.LOST);
        assertThat(failure).hasMessage("the connection to api.test:443 was lost before the response head");
    }

    /** In TLS 1.3 a server refuses a client's certificate when the client has finished its handshake. */
    @Test
    void refusedClientCertificateIsAFailureOfTlsAlsoBehindTheHandshake() {
        Throwable alert = new SSLHandshakeException("Received fatal alert: bad_certificate");

        assertThat(mapping.of(alert, Phase.SENT).kind()).isEqualTo(Kind.TLS);
    }

    @Test
    void faultOfTlsInTheBodyIsALoss() {
        assertThat(mapping.of(new SSLException("bad record"), Phase.BODY).kind())
                .isEqualTo(Kind.LOST);
    }
}
