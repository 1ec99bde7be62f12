package top.neuralbox.transport;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Lets an application's trust manager check the chain, and compares the host's name with the certificate itself.
 *
 * <p>The JDK does not verify the name if the manager is of the extended kind. Many of those check only the chain: for example,
 * a manager that pins certificates and delegates the other checks without the engine. The key would then be sent to any host
 * with a certificate of that authority.
 */
final class NameVerifyingTrustManager extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager chains;

    private NameVerifyingTrustManager(X509ExtendedTrustManager chains) {
        this.chains = chains;
    }

    /** A manager that verifies names: the given one if it does so already. */
    static X509ExtendedTrustManager over(X509ExtendedTrustManager given) {
        return given instanceof NameVerifyingTrustManager ? given : new NameVerifyingTrustManager(given);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        FencedManagers.check(() -> chains.checkServerTrusted(chain, authType, engine));
        names(chain).checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        FencedManagers.check(() -> chains.checkServerTrusted(chain, authType, socket));
        names(chain).checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        FencedManagers.check(() -> chains.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        FencedManagers.check(() -> chains.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        FencedManagers.check(() -> chains.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        FencedManagers.check(() -> chains.checkClientTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }

    /** The platform's manager, with this server's certificate as the only trusted one, so that it checks only the name. */
    private static X509ExtendedTrustManager names(X509Certificate[] chain) throws CertificateException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("server", chain[0]);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("the host's name cannot be verified", e);
        }
        throw new CertificateException("the platform has no trust manager that verifies the host's name");
    }
}
