package top.neuralbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the listeners of a client about one generation, and keeps what they throw away from it. Driven by the call. */
final class ListenerFence {

    private static final GenerationListener.Recording DEAF = outcome -> {};

    /** Tells nobody. */
    static final ListenerFence NOBODY = new ListenerFence(new GenerationListener.Recording[0]);

    private GenerationListener.Recording[] recordings;
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

    /** Tells each listener that it has become part of a client. */
    static void attached(List<GenerationListener> listeners, String client, String transport) {
        for (GenerationListener listener : listeners) {
            try {
                listener.attached(client, transport);
            } catch (Throwable t) {
                Log.listenerThrew(t);
            }
        }
    }

    /** What the listeners want to send along, without what they may not send. */
    Map<String, String> requestHeaders() {
        Map<String, String> fields = new HashMap<>();
        tell(recording -> recording.requestHeaders().forEach((name, value) -> addUsable(fields, name, value)));
        return fields;
    }

    void sent(int attempt) {
        tell(recording -> recording.sent(attempt));
    }

    void head(int status) {
        tell(recording -> recording.head(status));
    }

    /** Comes for every chunk, as {@link #delta} for every piece: a plain loop, and no object made. */
    void received(int bytes) {
        for (GenerationListener.Recording recording : recordings) {
            try {
                recording.received(bytes);
            } catch (Throwable t) {
                threw(t);
            }
        }
    }

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

    void decodeError(GenerationListener.DecodeError error) {
        tell(recording -> recording.decodeError(error));
    }

    /** A subscriber threw; it is foreign code as a listener is, and counted with it. */
    void subscriberThrew(Throwable t) {
        errors++;
        Log.subscriberThrew(t);
    }

    /** The last message: what follows generation_end is not told. */
    void ended(@Nullable NeuralBoxException error, BillingState billingState, @Nullable Billing billing, int attempts) {
        tell(recording -> recording.ended(new GenerationOutcome(error, billingState, billing, attempts, errors)));
        recordings = NOBODY.recordings;
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

    private void addUsable(Map<String, String> fields, String name, String value) {
        try {
            HeaderFields.requireUsable(name, value);
            fields.put(name, value);
        } catch (IllegalArgumentException | NullPointerException e) {
            threw(e);
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
