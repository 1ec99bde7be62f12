package top.neuralbox.transport;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A response whose head has arrived, and whose body waits for its only subscriber. Thread-safe.
 *
 * @since 0.1.0
 */
public final class TransportResponse implements AutoCloseable {

    private final int status;
    private final Map<String, List<String>> headers;
    private final Flow.Publisher<ByteBuffer> body;
    private final Runnable close;

    private TransportResponse(
            int status, Map<String, List<String>> headers, Flow.Publisher<ByteBuffer> body, Runnable close) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.close = close;
    }

    /**
     * Creates a response.
     *
     * @param status the status code, 200 to 599 in practice
     * @param headers the header fields; copied
     * @param body the content, for one subscriber, by rules 5 to 7 of the package
     * @param close abandons a body that is not read, usually {@link TransportCall#cancel()}
     */
    public static TransportResponse of(
            int status, Map<String, List<String>> headers, Flow.Publisher<ByteBuffer> body, Runnable close) {
        return new TransportResponse(
                status,
                TransportRequest.Headers.copyOf(headers),
                Objects.requireNonNull(body, "body"),
                Objects.requireNonNull(close, "close"));
    }

    /** The status code (RFC 9110, section 15); never an interim one. */
    public int status() {
        return status;
    }

    /** The header fields. Names are compared without regard to case. Unmodifiable. */
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
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /** The content as buffers, for one subscriber. */
    public Flow.Publisher<ByteBuffer> body() {
        return body;
    }

    /** Abandons the body, read or not. After its end this does nothing. Idempotent, never blocks. */
    @Override
    public void close() {
        close.run();
    }

    /** Only the status, because header fields may hold secrets. */
    @Override
    public String toString() {
        return "status " + status;
    }
}
