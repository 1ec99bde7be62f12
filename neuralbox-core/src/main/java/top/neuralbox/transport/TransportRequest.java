package top.neuralbox.transport;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A request that a transport sends: method, URI, header fields and a body of bytes. Immutable.
 *
 * @since 0.1.0
 */
public final class TransportRequest {

    private static final Runnable NOTHING = () -> {};

    /** Far less than a clock of nanoseconds can hold, so that a transport may add a time to it. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final String method;
    private final URI uri;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final Duration connectTimeout;
    private final Runnable onSent;

    private TransportRequest(Builder builder) {
        this.method = builder.method;
        this.uri = builder.uri;
        this.headers = Headers.copyOf(builder.headers);
        this.body = builder.body;
        this.connectTimeout = builder.connectTimeout;
        this.onSent = builder.onSent;
    }

    /**
     * A builder for a request.
     *
     * @param method the method, an RFC 9110 token, for example {@code POST}
     * @param uri an absolute {@code http} or {@code https} URI without user information and fragment
     * @throws IllegalArgumentException if either does not have that form
     */
    public static Builder builder(String method, URI uri) {
        return new Builder(method, uri);
    }

    /** The method, for example {@code POST}. */
    public String method() {
        return method;
    }

    /** The absolute {@code http} or {@code https} URI, without user information and fragment. */
    public URI uri() {
        return uri;
    }

    /** The header fields, in no particular order. Names are compared without regard to case. Unmodifiable. */
    public Map<String, List<String>> headers() {
        return headers;
    }

    /** The content. The array is shared, not copied, so no code may change it. Empty for a request without content. */
    public byte[] body() {
        return body;
    }

    /** How long the exchange may wait until its first byte is written. Positive. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * A task that the transport runs at most once, immediately before it writes the first byte. It neither blocks nor throws.
     */
    public Runnable onSent() {
        return onSent;
    }

    /** The method, and the URI without its query. No header field and no content. */
    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    }

    /** Builds a request. Not thread-safe. */
    public static final class Builder {

        private final String method;
        private final URI uri;
        private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private byte[] body = {};
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Runnable onSent = NOTHING;

        private Builder(String method, URI uri) {
            this.method = Headers.requireToken("method", method);
            this.uri = requireHttp(uri);
        }

        /**
         * Sets a header field, and replaces earlier values of that name.
         *
         * @throws IllegalArgumentException if the name is no RFC 9110 token, or the value holds a control character other
         *     than tab, or a character beyond ASCII; the message does not repeat the value
         */
        public Builder header(String name, String value) {
            Headers.requireToken("header name", name);
            headers.put(name, List.of(Headers.requireValue(name, value)));
            return this;
        }

        /** Sets the content, which is not copied. */
        public Builder body(byte[] body) {
            this.body = Objects.requireNonNull(body, "body");
            return this;
        }

        /**
         * Sets how long the exchange may wait until its first byte is written. Default: 10 s. A time of more than 10,000 days
         * becomes 10,000 days.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder connectTimeout(Duration connectTimeout) {
            if (connectTimeout.isNegative() || connectTimeout.isZero()) {
                throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
            }
            this.connectTimeout = connectTimeout.compareTo(LONGEST) < 0 ? connectTimeout : LONGEST;
            return this;
        }

        /** Sets a task that runs immediately before the first byte is written. Default: none. */
        public Builder onSent(Runnable onSent) {
            this.onSent = Objects.requireNonNull(onSent, "onSent");
            return this;
        }

        /** Builds the request. */
        public TransportRequest build() {
            return new TransportRequest(this);
        }

        private static URI requireHttp(URI uri) {
            Objects.requireNonNull(uri, "uri");
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean usable = (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null;
            if (!usable || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
                throw new IllegalArgumentException(
                        "uri must be absolute, http or https, with a host, without user information and fragment");
            }
            return uri;
        }
    }

    /** Checks and copies header fields, so that the rule is in one place. */
    static final class Headers {

        private Headers() {}

        static Map<String, List<String>> copyOf(Map<String, ? extends Collection<String>> headers) {
            Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            headers.forEach((name, values) -> copy.merge(name, List.copyOf(values), Headers::join));
            return java.util.Collections.unmodifiableMap(copy);
        }

        private static List<String> join(List<String> first, List<String> second) {
            return java.util.stream.Stream.concat(first.stream(), second.stream())
                    .toList();
        }

        static String requireToken(String what, String token) {
            Objects.requireNonNull(token, what);
            if (!isToken(token)) {
                throw new IllegalArgumentException(what + " is not a token (RFC 9110, section 5.6.2)");
            }
            return token;
        }

        static String requireValue(String name, String value) {
            Objects.requireNonNull(value, name);
            if (!isValue(value)) {
                throw new IllegalArgumentException("the value of header " + name
                        + " holds a control character or a character outside ASCII (RFC 9110, section 5.5)");
            }
            return value;
        }

        // Loops, because every request of a process that has just started runs through them on the interpreter.
        private static boolean isToken(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (!isTokenCharacter(text.charAt(i))) {
                    return false;
                }
            }
            return !text.isEmpty();
        }

        private static boolean isValue(String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c != '\t' && (c < ' ' || c >= 0x7f)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isTokenCharacter(int c) {
            return (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }
}
