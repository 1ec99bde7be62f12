package top.neuralbox.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it arrived at a server, its content complete. Immutable.
 *
 * @since 0.1.0
 */
public final class ReceivedRequest {

    private final String method;
    private final String target;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final long connection;
    private final String version;

    ReceivedRequest(
            String method,
            String target,
            String version,
            Map<String, List<String>> headers,
            byte[] body,
            long connection) {
        this.method = method;
        this.target = target;
        this.version = version;
        this.headers = headers;
        this.body = body;
        this.connection = connection;
    }

    /** The method as it was sent. */
    public String method() {
        return method;
    }

    /** The request target as it stood in the request line, path and query still encoded (RFC 9112, section 3.2). */
    public String target() {
        return target;
    }

    /** The header fields in order of arrival within a name, names compared without regard to case. Unmodifiable. */
    public Map<String, List<String>> headers() {
        return headers;
    }

    /**
     * The first value of a header field.
     *
     * @return null if the field is absent
     */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    /** The content, any transfer coding removed. A copy. */
    public byte[] body() {
        return body.clone();
    }

    /** The content as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The number of the connection that carried it, counted from 1: two requests with one number shared a connection. */
    public long connection() {
        return connection;
    }

    /** Whether the client speaks HTTP/1.0, which knows no chunks. */
    boolean isHttp10() {
        return version.equals("HTTP/1.0");
    }

    /** The request line alone: header fields may hold a key. */
    @Override
    public String toString() {
        return method + " " + target;
    }
}
