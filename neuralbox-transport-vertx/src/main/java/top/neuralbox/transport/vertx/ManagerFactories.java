package top.neuralbox.transport.vertx;

import java.io.Serial;
import java.security.KeyStore;
import java.security.Provider;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportConfig;

/**
 * Factories that hold one manager each, because the engine takes managers in this form. Its own factory for a single manager
 * logs through SLF4J (5.2), which is not among its dependencies.
 */
final class ManagerFactories {

    private static final String ALGORITHM = "given";

    private static final Provider PROVIDER = new Provider("NeuralBox", "1", "Managers given by the application") {
        @Serial
        private static final long serialVersionUID = 1;
    };

    private ManagerFactories() {}

    static TrustManagerFactory holding(X509TrustManager manager) {
        return new TrustManagerFactory(new GivenTrust(manager), PROVIDER, ALGORITHM) {};
    }

    /**
     * A factory with the first manager of the given one. The host's name is verified too, even if the manager does not do so.
     */
    static TrustManagerFactory verifyingNames(TrustManagerFactory given) {
        for (TrustManager manager : given.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust) {
                TransportConfig verified =
                        TransportConfig.builder().trustManager(trust).build();
                return holding(Objects.requireNonNull(verified.trustManager()));
            }
        }
        return given;
    }

    static KeyManagerFactory holding(X509KeyManager manager) {
        return new KeyManagerFactory(new GivenKeys(manager), PROVIDER, ALGORITHM) {};
    }

    private static final class GivenTrust extends TrustManagerFactorySpi {

        private final X509TrustManager manager;

        GivenTrust(X509TrustManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(@Nullable KeyStore ignored) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters ignored) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {manager};
        }
    }

    private static final class GivenKeys extends KeyManagerFactorySpi {

        private final X509KeyManager manager;

        GivenKeys(X509KeyManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(@Nullable KeyStore ignored, char @Nullable [] alsoIgnored) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters ignored) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return new KeyManager[] {manager};
        }
    }
}
