package top.neuralbox.testkit.contract;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Managers of an application that throw when they are asked first, and set the interrupt flag too. */
final class FaultyManager {

    private final Throwable thrown;
    private final AtomicBoolean asked = new AtomicBoolean();

    private FaultyManager(Throwable thrown) {
        this.thrown = thrown;
    }

    /** Throws this, checked or not. */
    static X509TrustManager trust(X509TrustManager good, Throwable thrown) {
        FaultyManager faulty = new FaultyManager(thrown);
        return new X509TrustManager() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
                faulty.ask();
                good.checkServerTrusted(chain, authType);
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
                good.checkClientTrusted(chain, authType);
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return good.getAcceptedIssuers();
            }
        };
    }

    /** Throws this, checked or not. */
    static X509KeyManager key(X509KeyManager good, Throwable thrown) {
        FaultyManager faulty = new FaultyManager(thrown);
        return new X509ExtendedKeyManager() {
            @Override
            public @Nullable String chooseEngineClientAlias(
                    String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
                faulty.ask();
                return good.chooseClientAlias(keyType, issuers, null);
            }

            @Override
            public @Nullable String chooseClientAlias(
                    String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
                faulty.ask();
                return good.chooseClientAlias(keyType, issuers, socket);
            }

            @Override
            public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
                return good.getClientAliases(keyType, issuers);
            }

            @Override
            public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
                return good.getServerAliases(keyType, issuers);
            }

            @Override
            public @Nullable String chooseServerAlias(
                    String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
                return good.chooseServerAlias(keyType, issuers, socket);
            }

            @Override
            public X509Certificate @Nullable [] getCertificateChain(String alias) {
                return good.getCertificateChain(alias);
            }

            @Override
            public @Nullable PrivateKey getPrivateKey(String alias) {
                return good.getPrivateKey(alias);
            }
        };
    }

    private void ask() {
        if (!asked.getAndSet(true)) {
            Thread.currentThread().interrupt();
            sneak(thrown);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // foreign code throws what it likes
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
