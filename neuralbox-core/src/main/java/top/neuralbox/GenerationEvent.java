package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * One event of a generation, in the order of the stream (wire contract, part A).
 *
 * <p>An {@code error} event is never an element: it ends the stream, once, as {@link GenerationFailedException}. A type
 * that this version does not know arrives as {@link Unknown}, and stays so until a major version.
 *
 * <p>{@code json} is the event as it came, but for a key that was echoed in it, so that a field this version does not know is
 * readable at once. Ids, models and types are of printable characters alone, and bounded.
 *
 * @since 0.1.0
 */
public sealed interface GenerationEvent {

    /**
     * The generation has begun.
     *
     * @param id the generation's id; an integer on the wire is given as its decimal digits
     * @param model the model that answers
     * @param json the event as it came
     */
    record Start(@Nullable String id, @Nullable String model, String json) implements GenerationEvent {

        /** Id and model. */
        @Override
        public String toString() {
            return "Start[id=" + id + ", model=" + model + "]";
        }
    }

    /**
     * A piece of the answer.
     *
     * @param text the piece, possibly empty; a surrogate pair may be cut between two pieces, so join before you encode
     */
    record Delta(String text) implements GenerationEvent {

        /** The length of the piece: the answer does not belong in a log. */
        @Override
        public String toString() {
            return "Delta[" + text.length() + " characters]";
        }
    }

    /**
     * The generation is complete and was charged.
     *
     * @param id the generation's id, if this event repeats it
     * @param billing what it cost, as far as the service told
     * @param json the event as it came
     */
    record End(@Nullable String id, Billing billing, String json) implements GenerationEvent {

        /** Id and cost. */
        @Override
        public String toString() {
            return "End[id=" + id + ", " + billing + "]";
        }
    }

    /**
     * An event of a type that this version does not know.
     *
     * @param type the type, literally
     * @param json the event as it came
     */
    record Unknown(String type, String json) implements GenerationEvent {

        /** The type: nobody knows what else is in it. */
        @Override
        public String toString() {
            return "Unknown[type=" + type + "]";
        }
    }
}
