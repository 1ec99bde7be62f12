package top.neuralbox;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listener to every generation of a client, for metrics and logs. An exception from it is caught and counted, and does not
 * affect the generation. It must be quick, because it runs on the threads that carry the generation. For each generation it
 * receives one call at a time; different generations call it at the same time, so it must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface GenerationListener {

    /** The possible errors in an event of the service. */
    enum DecodeError {
        /** Its data is not one JSON object. */
        JSON,
        /** It is a JSON object, but has no type, or lacks a field that its type needs. */
        SCHEMA,
        /** The event, one of its lines, or the whole stream is longer than {@link Limits} allow. */
        OVERSIZE
    }

    /**
     * A client with this listener was built. Called once for each client, before its first generation.
     *
     * @param client the client's name
     * @param transport the name of its transport
     */
    default void attached(String client, String transport) {}

    /**
     * A generation was requested; nothing was sent yet. Called on the caller's thread, or for {@link NeuralBox#publish} on
     * the thread that requests the first event.
     *
     * @return the observer of this one generation
     */
    Observer started(GenerationInfo info);

    /**
     * A generation had ended with an unknown bill, and its bill is known now, because its pending result was awaited ({@link
     * NeuralBox#await}), or because the client looked the generation up ({@link NeuralBox#generation(String)}). Called at most
     * once for each generation, after {@link Observer#ended}, on any thread.
     */
    default void settled(GenerationInfo info, GenerationOutcome outcome) {}

    /** The listener to one generation. Signals come in the order of its life; {@link #ended} comes exactly once and last. */
    interface Observer {

        /**
         * Header fields to send with each attempt, for example those of a trace. Called once, right after {@link #started}, on
         * the same thread. A field that is malformed, or that the client sets itself, is left out and counts as an error of the
         * listener. A field that the builder of the client or of the request has set is not replaced.
         */
        default Map<String, String> requestHeaders() {
            return Map.of();
        }

        /** The generation found no slot, and waits for its {@linkplain Admission admission}. */
        default void queued() {}

        /**
         * The generation was admitted after a wait. Not called if it had a slot at once.
         *
         * @param wait how long it waited
         */
        default void admitted(Duration wait) {}

        /**
         * An attempt is about to be written.
         *
         * @param attempt 1 for the first
         */
        default void sent(int attempt) {}

        /** A response head arrived. */
        default void head(int status) {}

        /**
         * Bytes of the stream's body are being decoded. Chunks after {@code generation_end} are not reported.
         *
         * @param bytes the number of bytes, at least 1
         */
        default void received(int bytes) {}

        /**
         * The service began to answer: {@code generation_start} arrived, or an answer that does not stream. Called at most
         * once, before the first {@link #delta}.
         *
         * @param id the generation's id; null if the service names none
         * @param model the model that answers; null if the service names none. Any text may be in it
         */
        default void begun(@Nullable String id, @Nullable String model) {}

        /**
         * A piece of the answer arrived.
         *
         * @param chars its length in UTF-16 units
         * @param bytes the length of its event's data in bytes; 0 for an answer that is not streamed
         * @param nanoTime the time when its bytes arrived, on the clock of {@link System#nanoTime()}
         */
        default void delta(int chars, int bytes, long nanoTime) {}

        /**
         * The request will be sent again.
         *
         * @param attempt the attempt that failed; 1 for the first
         * @param reason why it failed; its facts are those of the failed attempt
         * @param wait the time until the next attempt
         */
        default void retry(int attempt, NeuralBoxException reason, Duration wait) {}

        /** An event of a type that this version does not know arrived. */
        default void unknownEvent() {}

        /** An event could not be read. It ends the generation. */
        default void decodeError(DecodeError error) {}

        /**
         * The generation ended. If it completed, this is called before the caller receives its {@link GenerationEvent.End} or
         * its result, so the caller can rely on the listener's counts. Data after {@code generation_end} is not reported.
         */
        void ended(GenerationOutcome outcome);
    }
}
