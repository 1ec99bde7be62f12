package top.neuralbox.transport;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy, with credentials or without. Immutable; {@link #toString()} leaves the credentials out.
 *
 * @since 0.1.0
 */
public final class ProxySettings {

    private final String host;
    private final int port;
    private final @Nullable String username;
    private final @Nullable String password;

    private ProxySettings(String host, int port, @Nullable String username, @Nullable String password) {
        this.host = Objects.requireNonNull(host, "host");
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be blank");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must lie between 1 and 65535: " + port);
        }
        this.port = port;
        this.username = username;
        this.password = password;
    }

    /**
     * A proxy that asks for no credentials.
     *
     * @throws IllegalArgumentException if the host is blank, or the port is not between 1 and 65,535
     */
    public static ProxySettings of(String host, int port) {
        return new ProxySettings(host, port, null, null);
    }

    /** The same proxy with credentials for the Basic scheme (RFC 7617). */
    public ProxySettings withCredentials(String username, String password) {
        return new ProxySettings(
                host, port, Objects.requireNonNull(username, "username"), Objects.requireNonNull(password, "password"));
    }

    /** The proxy's host. */
    public String host() {
        return host;
    }

    /** The proxy's port, 1 to 65,535. */
    public int port() {
        return port;
    }

    /** The user name for it; null if the proxy asks for none. */
    public @Nullable String username() {
        return username;
    }

    /** The password for it; null if the proxy asks for none. Not for logs. */
    public @Nullable String password() {
        return password;
    }

    @Override
    public String toString() {
        return host + ":" + port + (username == null ? "" : " with credentials");
    }
}
