package top.neuralbox.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Wraps an application's trust and key managers, which run on a thread of the engine. If they throw, even an {@code Error},
 * only their handshake fails. If they set the interrupt flag, it is cleared.
 */
final class FencedManagers {

    private FencedManagers() {}

    /** A trust manager whose checks throw only {@link CertificateException}. */
    static X509TrustManager trust(X509TrustManager given) {
        // The JDK verifies the host's name for a plain manager, so a plain one has to stay plain.
        return given instanceof X509ExtendedTrustManager extended
                ? NameVerifyingTrustManager.over(extended)
                : new PlainTrust(given);
    }

    /** A key manager that throws only {@link IllegalStateException}. */
    static X509KeyManager key(X509KeyManager given) {
        return new Key(given);
    }

    /** Runs a check of an application. */
    static void check(Check check) throws CertificateException {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            check.run();
        } catch (CertificateException e) {
            throw e;
        } catch (Throwable t) {
            throw new CertificateException(
                    "the trust manager failed with " + t.getClass().getName(), t);
        } finally {
            clear(interrupted);
        }
    }

    /** A check that throws if it fails. */
    interface Check {
        void run() throws CertificateException;
    }

    private static <T extends @Nullable Object> T ask(String who, Supplier<T> question) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            return question.get();
        } catch (Throwable t) {
            throw new IllegalStateException(
                    "the " + who + " failed with " + t.getClass().getName(), t);
        } finally {
            clear(interrupted);
        }
    }

    private static void clear(boolean interruptedBefore) {
        if (!interruptedBefore) {
            Thread.interrupted();
        }
    }

    private record PlainTrust(X509TrustManager given) implements X509TrustManager {

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(() -> given.checkServerTrusted(chain, authType));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(() -> given.checkClientTrusted(chain, authType));
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return ask("trust manager", given::getAcceptedIssuers);
        }
    }

    private static final class Key extends X509ExtendedKeyManager {

        private final X509KeyManager given;

        Key(X509KeyManager given) {
            this.given = given;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ask(
                    "key manager",
                    () -> given instanceof X509ExtendedKeyManager extended
                            ? extended.chooseEngineClientAlias(keyType, issuers, engine)
                            : given.chooseClientAlias(keyType, issuers, null));
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ask("key manager", () -> given.chooseClientAlias(keyType, issuers, socket));
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ask("key manager", () -> given.chooseServerAlias(keyType, issuers, socket));
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return ask("key manager", () -> given.getClientAliases(keyType, issuers));
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return ask("key manager", () -> given.getServerAliases(keyType, issuers));
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return ask("key manager", () -> given.getCertificateChain(alias));
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return ask("key manager", () -> given.getPrivateKey(alias));
        }
    }
}
