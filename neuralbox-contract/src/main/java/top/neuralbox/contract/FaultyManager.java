package top.neuralbox.contract;

import java.net.Socket;
import java.security.Principal;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Managers of an application that throw the first time they are asked, and also set the interrupt flag. */
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
        return new ForwardingKeyManager() {
            @Override
            X509KeyManager manager() {
                return good;
            }

            @Override
            public @Nullable String chooseClientAlias(
                    String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
                faulty.ask();
                return super.chooseClientAlias(keyType, issuers, socket);
            }
        };
    }

    private void ask() {
        if (!asked.getAndSet(true)) {
            Thread.currentThread().interrupt();
            sneak(thrown);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // foreign code may throw anything
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
