package top.neuralbox.testkit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it arrived at a server, with its complete content. Immutable. Its {@code toString()} gives only the method and
 * the target, because header fields may hold a key.
 *
 * @since 0.1.0
 */
public interface ReceivedRequest {

    /** The method as it was sent. */
    String method();

    /** The request target of the request line, with path and query still encoded (RFC 9112, section 3.2). */
    String target();

    /**
     * The header fields. Names are compared without regard to case; the values of one name are in the order of their arrival.
     * Unmodifiable.
     */
    Map<String, List<String>> headers();

    /**
     * The first value of a header field.
     *
     * @return null if the field is absent
     */
    @Nullable
    String header(String name);

    /** The content, without any transfer coding. A copy. */
    byte[] body();

    /** The content as UTF-8. */
    String text();

    /** The number of the connection that carried it, counted from 1: two requests with one number shared a connection. */
    long connection();
}
