package top.neuralbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Notifies a client's listeners about one generation, and keeps their exceptions from affecting it. The call drives it. */
final class ListenerFence {

    private static final GenerationListener.Observer DEAF = outcome -> {};

    /** A fence without listeners. */
    static final ListenerFence NOBODY = new ListenerFence(new GenerationListener.Observer[0]);

    private GenerationListener.Observer[] observers;
    private int errors;

    private ListenerFence(GenerationListener.Observer[] observers) {
        this.observers = observers;
    }

    /** Notifies each listener that a generation was requested. */
    static ListenerFence started(List<GenerationListener> listeners, GenerationInfo info) {
        ListenerFence fence = new ListenerFence(new GenerationListener.Observer[listeners.size()]);
        for (int i = 0; i < fence.observers.length; i++) {
            fence.observers[i] = fence.observer(listeners.get(i), info);
        }
        return fence;
    }

    /** Notifies each listener that it was attached to a client. */
    static void attached(List<GenerationListener> listeners, String client, String transport) {
        for (GenerationListener listener : listeners) {
            try {
                listener.attached(client, transport);
            } catch (Throwable t) {
                Log.listenerThrew(t);
            }
        }
    }

    /** The header fields that the listeners add, without the fields that they must not set. */
    Map<String, String> requestHeaders() {
        Map<String, String> fields = new HashMap<>();
        tell(observer -> observer.requestHeaders().forEach((name, value) -> addUsable(fields, name, value)));
        return fields;
    }

    void queued() {
        tell(GenerationListener.Observer::queued);
    }

    void admitted(Duration wait) {
        tell(observer -> observer.admitted(wait));
    }

    void sent(int attempt) {
        tell(observer -> observer.sent(attempt));
    }

    void head(int status) {
        tell(observer -> observer.head(status));
    }

    void begun(@Nullable String id, @Nullable String model) {
        tell(observer -> observer.begun(id, model));
    }

    /** Called for every chunk, and {@link #delta} for every piece. So both use a plain loop and create no object. */
    void received(int bytes) {
        for (GenerationListener.Observer observer : observers) {
            try {
                observer.received(bytes);
            } catch (Throwable t) {
                threw(t);
            }
        }
    }

    void delta(int chars, int bytes, long nanoTime) {
        for (GenerationListener.Observer observer : observers) {
            try {
                observer.delta(chars, bytes, nanoTime);
            } catch (Throwable t) {
                threw(t);
            }
        }
    }

    void retry(int attempt, NeuralBoxException reason, Duration wait) {
        tell(observer -> observer.retry(attempt, reason, wait));
    }

    void unknownEvent() {
        tell(GenerationListener.Observer::unknownEvent);
    }

    void decodeError(GenerationListener.DecodeError error) {
        tell(observer -> observer.decodeError(error));
    }

    /** A subscriber threw. It is foreign code like a listener, so its error counts as a listener's error. */
    void subscriberThrew(Throwable t) {
        errors++;
        Log.subscriberThrew(t);
    }

    /** The last notification: nothing after {@code generation_end} is reported. */
    void ended(GenerationOutcome end) {
        for (int i = 0; i < observers.length; i++) {
            GenerationOutcome outcome = end.withListenerErrors(errors);
            GenerationListener.Observer observer = observers[i];
            // If there is no memory for the next outcome, this method runs again, for the observers not notified yet.
            observers[i] = DEAF;
            try {
                observer.ended(outcome);
            } catch (Throwable t) {
                threw(t);
            }
        }
        observers = NOBODY.observers;
    }

    private GenerationListener.Observer observer(GenerationListener listener, GenerationInfo info) {
        try {
            GenerationListener.Observer observer = listener.started(info);
            return observer == null ? DEAF : observer;
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
            errors++;
            Log.unusableField(e);
        }
    }

    private void tell(Consumer<GenerationListener.Observer> message) {
        for (GenerationListener.Observer observer : observers) {
            try {
                message.accept(observer);
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
