package top.neuralbox.contract;

import java.net.Socket;
import java.security.Principal;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.TestCertificates;

/** Managers of an application that replaces its certificates while it runs. */
final class SwappedManager {

    /** More than the second for which a transport may resume a session. */
    private static final Duration RESUMABLE = Duration.ofMillis(1_500);

    private SwappedManager() {}

    /** Makes them at their first use, which takes seconds. */
    private static final class Other {
        static final TestCertificates INSTANCE = TestCertificates.create();
    }

    /** Certificates of an authority that nobody trusts who trusts {@link TestCertificates#shared()}. */
    static TestCertificates otherCertificates() {
        return Other.INSTANCE;
    }

    /** Waits until no session is resumed. Only the clock ends a session, so there is no signal to wait for. */
    static void awaitEndOfResumption() {
        long end = System.nanoTime() + RESUMABLE.toNanos();
        for (long left = RESUMABLE.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** A trust manager that can be replaced. */
    static final class Trust implements X509TrustManager {

        private volatile X509TrustManager current;

        Trust(X509TrustManager first) {
            this.current = first;
        }

        void swap(X509TrustManager next) {
            current = next;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            current.checkServerTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            current.checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return current.getAcceptedIssuers();
        }
    }

    /** A key manager that can be replaced. It ignores which authorities the server names, so that any certificate is sent. */
    static final class Key extends ForwardingKeyManager {

        private volatile X509KeyManager current;

        Key(X509KeyManager first) {
            this.current = first;
        }

        void swap(X509KeyManager next) {
            current = next;
        }

        @Override
        X509KeyManager manager() {
            return current;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return super.chooseClientAlias(keyType, null, socket);
        }
    }
}
