package top.neuralbox.quarkus;

import io.quarkus.arc.Arc;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import top.neuralbox.transport.TransportConfig;

/** Looks up a TLS configuration of Quarkus by its name. A class of its own: an application may have no TLS registry. */
final class TlsByName {

    private TlsByName() {}

    /** @throws IllegalStateException if there is no such configuration, or its stores cannot be used */
    static void set(String name, TransportConfig.Builder transport) {
        set(Arc.container().instance(TlsConfigurationRegistry.class).get(), name, transport);
    }

    static void set(TlsConfigurationRegistry registry, String name, TransportConfig.Builder transport) {
        TlsConfiguration tls = registry.get(name)
                .orElseThrow(() -> new IllegalStateException(
                        "neuralbox.tls-configuration-name is " + name + ", but there is no quarkus.tls." + name));
        // The options know the passwords of their stores.
        Vertx vertx = Arc.container().instance(Vertx.class).get();
        try {
            if (tls.getTrustStoreOptions() != null) {
                first(
                        tls.getTrustStoreOptions().getTrustManagerFactory(vertx).getTrustManagers(),
                        X509TrustManager.class,
                        transport::trustManager);
            }
            if (tls.getKeyStoreOptions() != null) {
                first(
                        tls.getKeyStoreOptions().getKeyManagerFactory(vertx).getKeyManagers(),
                        X509KeyManager.class,
                        transport::keyManager);
            }
        } catch (Exception e) {
            // As Vert.x declares it.
            throw new IllegalStateException("quarkus.tls." + name + " cannot be used", e);
        }
    }

    private static <T> void first(Object[] managers, Class<T> wanted, Consumer<T> setter) {
        setter.accept(Arrays.stream(managers)
                .filter(wanted::isInstance)
                .map(wanted::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("its store has no " + wanted.getSimpleName())));
    }
}
