package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * One event of a generation, in the order of the stream (wire contract, part A).
 *
 * <p>An {@code error} event is never an element: it ends the stream, once, as {@link GenerationFailedException}. A type
 * that this version does not know arrives as {@link Unknown}, and stays so until a major version.
 *
 * <p>{@code json} is the event as it came, so that a field this version does not know is readable at once.
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
    record Start(@Nullable String id, @Nullable String model, String json) implements GenerationEvent {}

    /**
     * A piece of the answer.
     *
     * @param text the piece, possibly empty; a surrogate pair may be cut between two pieces, so join before you encode
     */
    record Delta(String text) implements GenerationEvent {}

    /**
     * The generation is complete and was charged.
     *
     * @param id the generation's id, if this event repeats it
     * @param billing what it cost, as far as the service told
     * @param json the event as it came
     */
    record End(@Nullable String id, Billing billing, String json) implements GenerationEvent {}

    /**
     * An event of a type that this version does not know.
     *
     * @param type the type, literally
     * @param json the event as it came
     */
    record Unknown(String type, String json) implements GenerationEvent {}
}
