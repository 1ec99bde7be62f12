package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.NoRouteToHostException;
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

/** What the engine reports, in the terms of the SPI; what TLS reports before, in and after the handshake. */
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

    /** What the SPI has named already, the engine may wrap on its way. */
    @Test
    void failureThatIsNamedAlreadyIsKept() {
        TransportException named = new TransportException(Kind.CLOSED, "named", null);

        assertThat(mapping.of(new DecoderException(named), Phase.SENT)).isSameAs(named);
    }

    /** Beyond the bound of the engine, which is larger than ours, a head does not reach {@link ResponseHead}. */
    @Test
    void headThatTheEngineRefusesForItsSizeNamesTheBound() {
        assertThat(mapping.of(new TooLongFrameException("a"), Phase.SENT)).hasMessageContaining("64 KiB");
        assertThat(mapping.of(Http2Exception.headerListSizeError(1, Http2Error.PROTOCOL_ERROR, true, "a"), Phase.SENT))
                .hasMessageContaining("64 KiB");
    }

    @Test
    void whatThePoolSaysIsNamed() {
        assertThat(mapping.of(new ConnectionPoolTooBusyException("a"), Phase.CONNECTING)
                        .kind())
                .isEqualTo(Kind.POOL_TIMEOUT);
        assertThat(mapping.of(new VertxException("Pool closed"), Phase.CONNECTING)
                        .kind())
                .isEqualTo(Kind.CLOSED);
        assertThat(mapping.of(new VertxException("else"), Phase.CONNECTING).kind())
                .isEqualTo(Kind.OTHER);
    }

    @Test
    void connectionThatIsNotMadeIsNamedByItsReason() {
        assertThat(mapping.of(new ConnectTimeoutException("a"), Phase.CONNECTING)
                        .kind())
                .isEqualTo(Kind.CONNECT_TIMEOUT);
        assertThat(mapping.of(new NoRouteToHostException("a"), Phase.CONNECTING).kind())
                .isEqualTo(Kind.REFUSED);
        assertThat(mapping.of(new ProxyConnectException("the proxy is silent"), Phase.CONNECTING)
                        .kind())
                .isEqualTo(Kind.PROXY);
        assertThat(mapping.of(new IOException("a"), Phase.CONNECTING))
                .hasMessage("the connection to api.test:443 was lost before the request was sent");
    }

    @Test
    void endOfTheConnectionIsALossHoweverItIsTold() {
        for (Throwable end : new Throwable[] {
            new HttpClosedException("a"), new PrematureChannelClosureException("a"), new IOException("a")
        }) {
            assertThat(mapping.of(end, Phase.BODY).kind()).isEqualTo(Kind.LOST);
        }
        assertThat(mapping.of(new StreamResetException(2), Phase.BODY)).hasMessageContaining("INTERNAL_ERROR");
    }
}
