package top.neuralbox.examples.relay;

import java.time.Duration;

/**
 * The times for which a chat endpoint waits for its client. {@link ChatRequestReader#MAX_BODY} limits the size of a request.
 *
 * @param bodyWithin the time in which a request's whole body has to arrive, however steadily its bytes trickle in
 * @param readerPatience the time after which a reader that takes nothing of an answer is cut off, and its generation stopped
 */
public record ChatLimits(Duration bodyWithin, Duration readerPatience) {

    public static final ChatLimits DEFAULT = new ChatLimits(Duration.ofSeconds(10), Duration.ofMinutes(1));

    public ChatLimits {
        if (bodyWithin.isNegative() || bodyWithin.isZero() || readerPatience.isNegative() || readerPatience.isZero()) {
            throw new IllegalArgumentException("both times must be longer than zero");
        }
    }
}
