package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.client.WebClientOptions;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.contract.TransportTlsContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of TLS with trust and key managers in the options of the application. */
class GivenManagersContractTest implements TransportTlsContract {

    private static Vertx vertx;

    @BeforeAll
    static void openVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void closeVertx() {
        vertx.close().await();
    }

    @Override
    public Transport transport(TransportConfig config) {
        WebClientOptions options = new WebClientOptions();
        X509TrustManager trust = config.trustManager();
        X509KeyManager key = config.keyManager();
        if (trust != null) {
            options.setTrustOptions(TrustOptions.wrap(trust));
        }
        if (key != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(key));
        }
        return VertxTransport.builder()
                .vertx(vertx, options)
                .config(TransportConfig.builder()
                        .maxConnections(config.maxConnections())
                        .build())
                .build();
    }
}
