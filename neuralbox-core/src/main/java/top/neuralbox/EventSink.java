package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * The side of a call that takes its events. All methods but {@link #ready} are called serially, by the thread that has
 * the call's turn.
 */
interface EventSink {

    /**
     * Whether arrivals drive the call. If not, a reader's own thread does, when it wants an event and not before, and it
     * tells the timers itself when it waits.
     */
    boolean pushes();

    /** Whether another event may be handed over now, by this thread. */
    boolean wants();

    void event(GenerationEvent event);

    /**
     * The call ended; called once and last.
     *
     * @param error null if the generation completed
     */
    void ended(@Nullable NeuralBoxException error);

    /** Something happened that may let the call advance. From any thread. */
    void ready(GenerationCall call);
}
