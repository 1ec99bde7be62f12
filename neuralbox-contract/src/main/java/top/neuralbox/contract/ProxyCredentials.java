package top.neuralbox.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import top.neuralbox.transport.ProxySettings;

/** Credentials for a proxy, which only the proxy may ever see. */
final class ProxyCredentials {

    static final String PASSWORD = "canary-password";

    /** The field value that carries them (RFC 7617). */
    static final String BASIC = "Basic " + Base64.getEncoder().encodeToString(("reader:" + PASSWORD).getBytes(UTF_8));

    private ProxyCredentials() {}

    static ProxySettings addTo(ProxySettings proxy) {
        return proxy.withCredentials("reader", PASSWORD);
    }
}
