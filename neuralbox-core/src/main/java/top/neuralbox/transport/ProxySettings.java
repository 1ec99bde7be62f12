package top.neuralbox.transport;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy, with or without credentials. Immutable. {@link #toString()} leaves the credentials out.
 *
 * @since 0.1.0
 */
public final class ProxySettings {

    private static final int LONGEST_HOST = 255;

    private final String host;
    private final int port;
    private final @Nullable String username;
    private final @Nullable String password;

    private ProxySettings(String host, int port, @Nullable String username, @Nullable String password) {
        this.host = Objects.requireNonNull(host, "host");
        if (!isHost(host)) {
            // The value is not shown: it may be a URI with credentials.
            throw new IllegalArgumentException(
                    "host must be a name of ASCII letters, digits, dots, '-' and '_', or an IP address");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must lie between 1 and 65535: " + port);
        }
        this.port = port;
        this.username = username;
        this.password = password;
    }

    /**
     * A proxy without credentials.
     *
     * @param host a name of ASCII letters, digits, dots, {@code -} and {@code _}, at most 255 characters, or an IP address; for
     *     a name in another script use {@link java.net.IDN#toASCII(String)}
     * @param port 1 to 65,535
     * @throws IllegalArgumentException if either does not have that form
     */
    public static ProxySettings of(String host, int port) {
        return new ProxySettings(host, port, null, null);
    }

    /**
     * The same proxy with credentials for the Basic scheme (RFC 7617), which are sent as UTF-8.
     *
     * @throws IllegalArgumentException if the user name has a colon, or either has a control character; the message shows
     *     neither
     */
    public ProxySettings withCredentials(String username, String password) {
        requireText(username, "username");
        if (username.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "username must not have a colon, because the Basic scheme ends it there");
        }
        return new ProxySettings(host, port, username, requireText(password, "password"));
    }

    /** The proxy's host. */
    public String host() {
        return host;
    }

    /** The proxy's port, 1 to 65,535. */
    public int port() {
        return port;
    }

    /** The user name for the proxy; null for none. */
    public @Nullable String username() {
        return username;
    }

    /** The password for the proxy; null for none. It does not belong in a log. */
    public @Nullable String password() {
        return password;
    }

    @Override
    public String toString() {
        return host + ":" + port + (username == null ? "" : " with credentials");
    }

    private static String requireText(String text, String name) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(name + " must not have a control character");
        }
        return text;
    }

    private static boolean isHost(String host) {
        int length = host.length();
        if (length == 0 || length > LONGEST_HOST) {
            return false;
        }
        int colons = (int) host.chars().filter(c -> c == ':').count();
        return colons == 0
                ? host.chars().allMatch(c -> isLetterOrDigit(c) || c == '.' || c == '-' || c == '_')
                : colons > 1 && host.chars().allMatch(c -> isLetterOrDigit(c) || ":.%[]".indexOf(c) >= 0);
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
