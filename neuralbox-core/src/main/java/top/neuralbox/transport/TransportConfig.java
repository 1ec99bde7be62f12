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
 * The settings that every transport supports, whatever its engine. Immutable. All of them are optional.
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
     * The manager that checks server certificates; null means the platform's. The host's name is compared with the
     * certificate too, even if the manager that was set does not do so. For authors of transports: switch on the endpoint
     * identification of the engine.
     */
    public @Nullable X509TrustManager trustManager() {
        return trustManager;
    }

    /** The manager that holds the client certificate; null means that none is sent. */
    public @Nullable X509KeyManager keyManager() {
        return keyManager;
    }

    /** The proxy for all connections; null for none. */
    public @Nullable ProxySettings proxy() {
        return proxy;
    }

    /** The most connections that may be open at once, both in total and to one host. At least 1. */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * The versions of HTTP that may be used: the chosen ones, or else the transport's own.
     *
     * @param own the versions that the transport uses if none was chosen, because they suit its engine best
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

    /** Builds settings. Not thread-safe. */
    public static final class Builder {

        private @Nullable X509TrustManager trustManager;
        private @Nullable X509KeyManager keyManager;
        private @Nullable ProxySettings proxy;
        private int maxConnections = 1_000;
        private Set<Protocol> protocols = Set.of();

        private Builder() {}

        /**
         * Sets a trust manager instead of the platform's. The host's name is verified too, even if the manager is an {@link
         * javax.net.ssl.X509ExtendedTrustManager} that checks only the chain. If the manager throws, only its handshake fails.
         */
        public Builder trustManager(X509TrustManager trustManager) {
            this.trustManager = FencedManagers.trust(Objects.requireNonNull(trustManager, "trustManager"));
            return this;
        }

        /**
         * Sends a client certificate from this manager if the server asks for one. If the manager throws, only its handshake
         * fails.
         */
        public Builder keyManager(X509KeyManager keyManager) {
            this.keyManager = FencedManagers.key(Objects.requireNonNull(keyManager, "keyManager"));
            return this;
        }

        /** Connects through an HTTP proxy. The proxy settings of the environment are never read. */
        public Builder proxy(ProxySettings proxy) {
            this.proxy = Objects.requireNonNull(proxy, "proxy");
            return this;
        }

        /**
         * Limits the open connections. Further calls wait, up to their connect time-out. Default: 1,000.
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
         * Chooses the versions of HTTP. Default: those that suit the transport's engine best; see its documentation.
         *
         * @throws IllegalArgumentException if none is named
         */
        public Builder protocols(Protocol... protocols) {
            this.protocols = setOf(protocols);
            return this;
        }

        /** Builds the settings. */
        public TransportConfig build() {
            return new TransportConfig(this);
        }
    }
}
