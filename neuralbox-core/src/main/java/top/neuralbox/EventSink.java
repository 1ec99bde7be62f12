package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * The receiver of a call's events. The thread that has the call's turn calls all methods except {@link #ready}, serially.
 */
interface EventSink {

    /**
     * Whether arriving chunks drive the call. If not, the reader's thread drives it when it wants an event, and notifies the
     * timers when it waits.
     */
    boolean pushes();

    /** Whether this thread may deliver the events that are there. Asked at the beginning of a turn. */
    default boolean takesHere() {
        return true;
    }

    /** Whether another event may be delivered now, by a thread that {@link #takesHere} allows. */
    boolean wants();

    void event(GenerationEvent event);

    /**
     * The call ended; called once and last.
     *
     * @param error null if the generation completed
     */
    void ended(@Nullable NeuralBoxException error);

    /**
     * Whether the end reaches the caller later than {@link #ended}. The sink then calls {@link GenerationCall#delivered} once,
     * when it has.
     */
    default boolean endsLater() {
        return false;
    }

    /** The call may be able to advance. Called from any thread. */
    void ready(GenerationCall call);
}
