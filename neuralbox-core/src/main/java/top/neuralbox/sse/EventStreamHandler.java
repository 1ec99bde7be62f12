package top.neuralbox.sse;

/**
 * Receives what a stream of events holds, in its order. Called by the thread that feeds the parser; what a method throws
 * goes through to that thread, and {@link EventStreamParser} says where the stream stands then.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EventStreamHandler {

    /**
     * An event was dispatched.
     *
     * @param type the event's type, {@code message} unless the stream named another
     * @param data holds the data buffer, as bytes of UTF-8 that were not decoded yet and may be malformed; often the
     *     array of the input itself, valid only during this call and not to be changed
     * @param offset where the data begins
     * @param length how many bytes of data there are, without the last line feed; zero is possible
     * @param lastEventId the last event ID string, empty if none was set
     */
    void event(String type, byte[] data, int offset, int length, String lastEventId);

    /**
     * Asked behind each event: whether the parser may go on to the next one. If not, {@link EventStreamParser#parse} returns
     * with the input's position right behind this event. {@link EventStreamParser#parseNext} returns there anyway.
     *
     * @return true, unless an implementation says otherwise
     */
    default boolean wantsMore() {
        return true;
    }

    /**
     * A valid {@code retry} field was read.
     *
     * @param millis the reconnection time in milliseconds, zero or more; a value beyond 64 bits counts as {@link Long#MAX_VALUE}
     */
    default void retry(long millis) {}
}
