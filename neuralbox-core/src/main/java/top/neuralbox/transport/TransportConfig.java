package top.neuralbox.transport;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What every transport can be told when it is made, whatever its engine. Immutable; all of it is optional.
 *
 * @since 0.1.0
 */
public final class TransportConfig {

    /** A version of HTTP that a transport may speak. */
    public enum Protocol {
        /** RFC 9112. */
        HTTP_1_1,
        /** RFC 9113, negotiated by ALPN; never in clear text. */
        HTTP_2
    }

    private final @Nullable X509TrustManager trustManager;
    private final @Nullable X509KeyManager keyManager;
    private final @Nullable ProxySettings proxy;
    private final int maxConnections;
    private final Set<Protocol> protocols;

    private TransportConfig(Builder builder) {
        this.trustManager = builder.trustManager;
        this.keyManager = builder.keyManager;
        this.proxy = builder.proxy;
        this.maxConnections = builder.maxConnections;
        this.protocols = builder.protocols;
    }

    /** The platform's trust store, no client certificate, no proxy, 1,000 connections, the transport's own versions of HTTP. */
    public static TransportConfig defaults() {
        return builder().build();
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What decides on server certificates; null means the platform's. It also compares the host's name with the certificate,
     * whatever the manager does that was set: a transport has to switch the endpoint identification of its engine on.
     */
    public @Nullable X509TrustManager trustManager() {
        return trustManager;
    }

    /** What holds the client certificate; null means none is shown. */
    public @Nullable X509KeyManager keyManager() {
        return keyManager;
    }

    /** The proxy through which all goes; null for none. */
    public @Nullable ProxySettings proxy() {
        return proxy;
    }

    /** How many connections may be open at once, in all and to one host. At least 1. */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * The versions that may be spoken: those that were chosen, else the transport's own.
     *
     * @param own what the transport speaks if nothing was chosen, because it suits its engine best
     * @return never empty
     * @throws IllegalArgumentException if the transport names none
     */
    public Set<Protocol> protocolsOr(Protocol... own) {
        return protocols.isEmpty() ? setOf(own) : protocols;
    }

    private static Set<Protocol> setOf(Protocol... protocols) {
        if (protocols.length == 0) {
            throw new IllegalArgumentException("protocols must name at least one version");
        }
        return Collections.unmodifiableSet(EnumSet.copyOf(List.of(protocols)));
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private @Nullable X509TrustManager trustManager;
        private @Nullable X509KeyManager keyManager;
        private @Nullable ProxySettings proxy;
        private int maxConnections = 1_000;
        private Set<Protocol> protocols = Set.of();

        private Builder() {}

        /**
         * Trusts what this manager trusts, in place of the platform's. The host's name is verified beside it, also if the
         * manager is of the extended kind and checks the chain alone. Whatever it throws fails the one handshake.
         */
        public Builder trustManager(X509TrustManager trustManager) {
            this.trustManager = FencedManagers.trust(Objects.requireNonNull(trustManager, "trustManager"));
            return this;
        }

        /**
         * Shows a client certificate from this manager when the server asks for one. Whatever it throws fails the one handshake.
         */
        public Builder keyManager(X509KeyManager keyManager) {
            this.keyManager = FencedManagers.key(Objects.requireNonNull(keyManager, "keyManager"));
            return this;
        }

        /** Sends through an HTTP proxy. The environment's proxy settings are never read. */
        public Builder proxy(ProxySettings proxy) {
            this.proxy = Objects.requireNonNull(proxy, "proxy");
            return this;
        }

        /**
         * Bounds the open connections; further calls wait, up to their connect timeout. Default 1,000.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder maxConnections(int maxConnections) {
            if (maxConnections < 1) {
                throw new IllegalArgumentException("maxConnections must be at least 1: " + maxConnections);
            }
            this.maxConnections = maxConnections;
            return this;
        }

        /**
         * Chooses the versions of HTTP. Default: what suits the transport's engine best, see its documentation.
         *
         * @throws IllegalArgumentException if none is named
         */
        public Builder protocols(Protocol... protocols) {
            this.protocols = setOf(protocols);
            return this;
        }

        /** Makes the settings. */
        public TransportConfig build() {
            return new TransportConfig(this);
        }
    }
}
