package top.neuralbox;

import java.time.Duration;

/**
 * Hears of every generation of a client, for metrics and logs. What it throws is caught and counted and never reaches the
 * generation. It must be quick: it runs on the threads that carry the generation, one call at a time for each generation.
 */
@FunctionalInterface
public interface GenerationListener {

    /**
     * A generation was asked for; nothing was sent yet.
     *
     * @return what hears of this one generation
     */
    Recording started(GenerationInfo info);

    /** Hears of one generation, in the order of its life; {@link #ended} comes exactly once and last. */
    interface Recording {

        /**
         * An attempt is about to be written.
         *
         * @param attempt 1 for the first
         */
        default void sent(int attempt) {}

        /** A response head arrived. */
        default void head(int status) {}

        /**
         * A piece of the answer arrived.
         *
         * @param chars its length in UTF-16 units
         * @param bytes the length of its event's data in bytes
         * @param nanoTime when its bytes arrived, on the clock of {@link System#nanoTime()}
         */
        default void delta(int chars, int bytes, long nanoTime) {}

        /**
         * The request is going to be sent again.
         *
         * @param attempt the attempt that failed; 1 for the first
         * @param reason why; its facts are those of the failed attempt
         * @param wait how long until the next attempt
         */
        default void retry(int attempt, NeuralBoxException reason, Duration wait) {}

        /** An event arrived whose type this version does not know. */
        default void unknownEvent() {}

        /** The generation ended. */
        void ended(GenerationOutcome outcome);
    }
}
