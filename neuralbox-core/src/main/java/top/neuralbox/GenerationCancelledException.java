package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The client cancelled the generation. The service may have charged it.
 *
 * @since 0.1.0
 */
public final class GenerationCancelledException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The cause of the cancellation. */
    public enum Reason {
        /** The caller cancelled, or its subscriber threw; the subscriber's exception is then the cause. */
        CALLER("the caller cancelled the generation"),
        /** The waiting thread was interrupted; its interrupt flag is set again. */
        INTERRUPTED("the waiting thread was interrupted"),
        /** {@link NeuralBox#close()} was called. */
        CLIENT_CLOSED("the client was closed"),
        /** The transport, which the application owns, was closed while the client was still open. */
        TRANSPORT_CLOSED("the transport was closed while the client was still open"),
        /** A {@link GenerationStream} was neither read to its end nor closed before it became unreachable. */
        ABANDONED("the stream was dropped without being closed");

        final String what;

        Reason(String what) {
            this.what = what;
        }
    }

    private final Reason reason;

    GenerationCancelledException(Reason reason, CallFacts facts) {
        this(reason, null, facts);
    }

    GenerationCancelledException(Reason reason, @Nullable Throwable cause, CallFacts facts) {
        super(facts.pointing(reason.what), cause, facts);
        this.reason = reason;
    }

    /** The cause of the cancellation. */
    public Reason reason() {
        return reason;
    }
}
