package top.neuralbox.sse;

import java.io.Serial;

/**
 * A line or the data of an event exceeded the parser's limit. The parser cannot be used afterwards.
 *
 * @since 0.1.0
 */
public final class EventStreamLimitException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final int limit;

    EventStreamLimitException(String what, int limit) {
        super(what + " is longer than " + limit + " bytes");
        this.limit = limit;
    }

    /** The exceeded limit, in bytes. */
    public int limit() {
        return limit;
    }
}
