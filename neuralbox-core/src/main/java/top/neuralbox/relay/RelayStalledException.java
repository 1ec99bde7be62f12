package top.neuralbox.relay;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import top.neuralbox.concurrent.Delayer;

/**
 * The reader of a relay took nothing for too long, so its generation was cancelled. A paid stream and a connection are not
 * kept for a reader that does not read.
 *
 * @since 0.1.0
 */
public final class RelayStalledException extends CancellationException {

    private static final long serialVersionUID = 1;

    /** How long the reader took nothing. */
    private final Duration patience;

    RelayStalledException(Duration patience) {
        super("the reader of the relay read nothing for " + TimeUnit.NANOSECONDS.toMillis(Delayer.nanos(patience))
                + " ms");
        this.patience = patience;
    }

    /** How long the reader took nothing: the time set by {@link StreamRelay.Builder#readerPatience}. */
    public Duration patience() {
        return patience;
    }
}
