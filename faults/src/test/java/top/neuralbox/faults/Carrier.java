package top.neuralbox.faults;

import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** A transport and a version of HTTP, over which a row runs. */
enum Carrier {
    HTTPCLIENT_HTTP_1_1(HttpClientTransport::create, Protocol.HTTP_1_1),
    HTTPCLIENT_HTTP_2(HttpClientTransport::create, Protocol.HTTP_2),
    VERTX_HTTP_1_1(VertxTransport::create, Protocol.HTTP_1_1),
    VERTX_HTTP_2(VertxTransport::create, Protocol.HTTP_2);

    private final Function<TransportConfig, Transport> maker;
    private final Protocol protocol;
    private Transport shared;
    private Transport sharedWithOneConnection;

    Carrier(Function<TransportConfig, Transport> maker, Protocol protocol) {
        this.maker = maker;
        this.protocol = protocol;
    }

    boolean isHttp2() {
        return protocol == Protocol.HTTP_2;
    }

    /** HTTP/1.1 in clear text, HTTP/2 over TLS. */
    FaultServer server() {
        return isHttp2() ? new Http2FaultServer(false) : new Http1FaultServer(ScriptedServer.start());
    }

    /** Both versions over TLS; on demand for those alone who show a certificate. */
    FaultServer tlsServer(boolean clientCertificate) {
        if (isHttp2()) {
            return new Http2FaultServer(clientCertificate);
        }
        SSLContext context = Certificates.ALL.server();
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setNeedClientAuth(clientCertificate);
        return new Http1FaultServer(ScriptedServer.startTls(context, parameters));
    }

    /** A transport that trusts the authority of the tests and speaks this version alone. */
    Transport transport(TransportConfig.Builder config) {
        return maker.apply(config(config));
    }

    TransportConfig config(TransportConfig.Builder config) {
        return config.protocols(protocol).build();
    }

    /**
     * The transport that serves every row which needs none of its own, with all of its threads started. Open until the
     * process ends: closing an engine takes Vert.x a second.
     */
    synchronized Transport shared() {
        if (shared == null) {
            shared = transport(TransportConfig.builder().trustManager(Certificates.ALL.trustManager()));
            warmUp(shared);
        }
        return shared;
    }

    /** As {@link #shared}, with one connection at the most. */
    synchronized Transport sharedWithOneConnection() {
        if (sharedWithOneConnection == null) {
            sharedWithOneConnection = transport(TransportConfig.builder()
                    .trustManager(Certificates.ALL.trustManager())
                    .maxConnections(1));
            warmUp(sharedWithOneConnection);
        }
        return sharedWithOneConnection;
    }

    private void warmUp(Transport transport) {
        try (FaultServer server = server();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(server.uri())
                        .transport(transport)
                        .build()) {
            for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                server.answer(Reply.whole());
                client.generate(FaultRow.request());
            }
        }
    }
}
