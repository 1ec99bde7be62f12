package top.neuralbox.testkit.socket;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.ReceivedRequest;

/** A request as {@link RequestReader} has read it. Immutable. */
public final class ParsedRequest implements ReceivedRequest {

    private final String method;
    private final String target;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final long connection;
    private final String version;

    ParsedRequest(
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

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public Map<String, List<String>> headers() {
        return headers;
    }

    @Override
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    @Override
    public byte[] body() {
        return body.clone();
    }

    @Override
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public long connection() {
        return connection;
    }

    /** Whether the client speaks HTTP/1.0, which has no chunked coding. */
    public boolean isHttp10() {
        return version.equals("HTTP/1.0");
    }

    /** Method and target only, because header fields may hold a key. */
    @Override
    public String toString() {
        return method + " " + target;
    }
}
