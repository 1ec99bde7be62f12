package top.neuralbox.sse;

/**
 * Receives the events of a stream, in order. The thread that feeds the parser calls it. An exception from a method reaches that
 * thread; {@link EventStreamParser} describes the state of the parser after it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EventStreamHandler {

    /**
     * An event was dispatched.
     *
     * @param type the event's type; {@code message} if the stream named none
     * @param data an array with the data buffer, in UTF-8 that is not decoded yet and may be malformed. It is often the array
     *     of the input itself: it is valid only during this call, and must not be changed
     * @param offset the index of the first byte of the data
     * @param length the length of the data in bytes, without the last line feed; may be zero
     * @param lastEventId the last event ID string, empty if none was set
     */
    void event(String type, byte[] data, int offset, int length, String lastEventId);

    /**
     * Whether the parser may go on to the next event. {@link EventStreamParser#parse} calls it after each event. If it returns
     * false, {@code parse} returns, with the input's position directly after this event. A handler that
     * always returns false takes one event from each call.
     *
     * @return true by default
     */
    default boolean wantsMore() {
        return true;
    }

    /**
     * A valid {@code retry} field was read.
     *
     * @param millis the reconnection time in milliseconds, zero or more; a value beyond 64 bits is {@link Long#MAX_VALUE}
     */
    default void retry(long millis) {}
}
