package top.neuralbox;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the listeners of a client about one generation, and keeps what they throw away from it. Driven by the call. */
final class ListenerFence {

    private static final GenerationListener.Recording DEAF = outcome -> {};

    /** Tells nobody. */
    static final ListenerFence NOBODY = new ListenerFence(new GenerationListener.Recording[0]);

    private final GenerationListener.Recording[] recordings;
    private int errors;

    private ListenerFence(GenerationListener.Recording[] recordings) {
        this.recordings = recordings;
    }

    /** Tells each listener that a generation was asked for. */
    static ListenerFence started(List<GenerationListener> listeners, GenerationInfo info) {
        ListenerFence fence = new ListenerFence(new GenerationListener.Recording[listeners.size()]);
        for (int i = 0; i < fence.recordings.length; i++) {
            fence.recordings[i] = fence.recording(listeners.get(i), info);
        }
        return fence;
    }

    void sent(int attempt) {
        tell(recording -> recording.sent(attempt));
    }

    void head(int status) {
        tell(recording -> recording.head(status));
    }

    /** The one call that comes for every piece: a plain loop, and no object made. */
    void delta(int chars, int bytes, long nanoTime) {
        for (GenerationListener.Recording recording : recordings) {
            try {
                recording.delta(chars, bytes, nanoTime);
            } catch (Throwable t) {
                threw(t);
            }
        }
    }

    void retry(int attempt, NeuralBoxException reason, Duration wait) {
        tell(recording -> recording.retry(attempt, reason, wait));
    }

    void unknownEvent() {
        tell(GenerationListener.Recording::unknownEvent);
    }

    void ended(@Nullable NeuralBoxException error, BillingState billingState, @Nullable Billing billing, int attempts) {
        tell(recording -> recording.ended(new GenerationOutcome(error, billingState, billing, attempts, errors)));
    }

    private GenerationListener.Recording recording(GenerationListener listener, GenerationInfo info) {
        try {
            GenerationListener.Recording recording = listener.started(info);
            return recording == null ? DEAF : recording;
        } catch (Throwable t) {
            threw(t);
            return DEAF;
        }
    }

    private void tell(Consumer<GenerationListener.Recording> message) {
        for (GenerationListener.Recording recording : recordings) {
            try {
                message.accept(recording);
            } catch (Throwable t) {
                threw(t);
            }
        }
    }

    private void threw(Throwable t) {
        errors++;
        Log.listenerThrew(t);
    }
}
