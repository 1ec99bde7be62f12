package top.neuralbox;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the URIs of a client's requests from the base URI, which is checked once. */
final class Endpoint {

    static final URI SERVICE = URI.create("https://neuralbox.top");

    private static final String GENERATE = "/api/v2/generate";
    private static final String API = "/api/v2/";

    private Endpoint() {}

    /**
     * The URI to which generation requests are sent.
     *
     * @throws IllegalArgumentException if the base is not absolute, has user information, a query or a fragment, or would
     *     send the key in clear text to another machine although that is not allowed
     */
    static URI generate(URI base, boolean allowClearText) {
        Objects.requireNonNull(base, "baseUri");
        String scheme = base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http")) || base.getHost() == null) {
            throw new IllegalArgumentException("baseUri must be absolute, http or https, with a host");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("baseUri must not have user information, a query or a fragment");
        }
        if (scheme.equals("http") && !allowClearText && !isLoopback(base.getHost())) {
            throw new IllegalArgumentException("baseUri is http, which shows the key to everyone on the way to "
                    + base.getHost() + "; use https, or allowClearText(true) if that network is yours");
        }
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return URI.create(scheme + "://" + base.getRawAuthority() + path + GENERATE);
    }

    /** The host of an endpoint, an IPv6 address without its brackets. */
    static String host(URI endpoint) {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The port of an endpoint. */
    static int port(URI endpoint) {
        int port = endpoint.getPort();
        return port >= 0 ? port : endpoint.getScheme().equals("https") ? 443 : 80;
    }

    /**
     * Whether a text can be the last segment of a path. The texts {@code .} and {@code ..} cannot: they mean another path,
     * and no encoding prevents that (RFC 3986, sections 3.3 and 6.2.2).
     */
    static boolean isSegment(String text) {
        return !text.isBlank() && !text.equals(".") && !text.equals("..");
    }

    /**
     * The URI of another resource of the same service.
     *
     * @param generate the URI to which generation requests are sent
     * @param path the path below the version, with a slash between its segments
     * @param segment the last segment, in which every character is text, see {@link #isSegment}; null for none
     */
    static URI resource(URI generate, String path, @Nullable String segment) {
        String text = generate.toString();
        String root = text.substring(0, text.length() - GENERATE.length());
        // Form encoding differs from path encoding only in the space.
        String last = segment == null
                ? ""
                : "/" + URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
        return URI.create(root + API + path + last);
    }

    /** Decides by the host's spelling alone: a DNS lookup would block, and its answer may change. */
    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
