package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * One event of a generation, in the order of the stream (wire contract, part A).
 *
 * <p>An {@code error} event is never an element: it ends the stream, once, as {@link GenerationFailedException}. An event of
 * a type that this version does not know is an {@link Unknown}, and remains one until the next major version.
 *
 * <p>{@code json} is the event as it came, so that fields which this version does not know are readable. Only a key that the
 * service echoed is removed. Ids, models and types have at most 257 UTF-16
 * units, all of them printable: a longer one is cut after 256, and an ellipsis follows.
 *
 * @since 0.1.0
 */
public sealed interface GenerationEvent {

    /**
     * The generation has begun.
     *
     * @param id the generation's id; an integer on the wire is given as its decimal digits; null if the service names none
     * @param model the model that answers; null if the service names none
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
     * @param text the piece, possibly empty; two pieces may split a surrogate pair, so join them before you encode
     */
    record Delta(String text) implements GenerationEvent {

        /** The length of the piece. The answer does not belong in a log. */
        @Override
        public String toString() {
            return "Delta[" + text.length() + " characters]";
        }
    }

    /**
     * The generation is complete and was charged.
     *
     * @param id the generation's id, if this event repeats it
     * @param billing the cost, as far as the service reported it
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
     * @param type the type, as the service wrote it
     * @param json the event as it came
     */
    record Unknown(String type, String json) implements GenerationEvent {

        /** The type. The other fields may hold anything, so they do not belong in a log. */
        @Override
        public String toString() {
            return "Unknown[type=" + type + "]";
        }
    }
}
