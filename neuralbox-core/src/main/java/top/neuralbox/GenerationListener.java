package top.neuralbox;

import java.time.Duration;
import java.util.Map;

/**
 * Hears of every generation of a client, for metrics and logs. What it throws is caught and counted and never reaches the
 * generation. It must be quick: it runs on the threads that carry the generation, one call at a time for each generation.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface GenerationListener {

    /** What can be wrong with an event of the service. */
    enum DecodeError {
        /** Its data is not one JSON object. */
        JSON,
        /** It is a JSON object, but lacks what its type needs, or has no type. */
        SCHEMA,
        /** It, one of its lines, or the whole stream, is longer than {@link Limits} allow. */
        OVERSIZE
    }

    /**
     * A client that has this listener was built. Called once for each client, before any generation of it.
     *
     * @param client the client's name
     * @param transport the name of its transport
     */
    default void attached(String client, String transport) {}

    /**
     * A generation was asked for; nothing was sent yet. Comes on the thread that asks: the caller's, or for {@link
     * NeuralBox#publish} the one that requests the first event.
     *
     * @return what hears of this one generation
     */
    Recording started(GenerationInfo info);

    /**
     * The bill of a generation became known that had ended with an unknown one, because its pending result was awaited
     * ({@link NeuralBox#await}). Comes at most once for each generation, after {@link Recording#ended}, on any thread.
     */
    default void settled(GenerationInfo info, GenerationOutcome outcome) {}

    /** Hears of one generation, in the order of its life; {@link #ended} comes exactly once and last. */
    interface Recording {

        /**
         * Header fields that go with each attempt, for example those of a trace. Asked for once, right after {@link
         * #started}, on the same thread. A field that the client sets itself or that is malformed is left out and counts as
         * an error of the listener; one that the client or the request was given by its builder is not replaced.
         */
        default Map<String, String> requestHeaders() {
            return Map.of();
        }

        /**
         * An attempt is about to be written.
         *
         * @param attempt 1 for the first
         */
        default void sent(int attempt) {}

        /** A response head arrived. */
        default void head(int status) {}

        /**
         * Bytes of the stream's body are being decoded. Chunks that come behind {@code generation_end} are not told.
         *
         * @param bytes how many, at least 1
         */
        default void received(int bytes) {}

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

        /** An event could not be read. It ends the generation. */
        default void decodeError(DecodeError error) {}

        /**
         * The generation ended. If it completed, this comes before its {@link GenerationEvent.End} or its result is handed to
         * the caller, who can rely on what the listener counted. What the service sends behind {@code generation_end} is
         * not told.
         */
        void ended(GenerationOutcome outcome);
    }
}
