package top.neuralbox.transport.vertx;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Admits a limited number of calls to the engine's connection pool. The others wait here in order of arrival.
 *
 * <p>The engine's own queue has three faults. Nothing can be withdrawn from it, so a cancelled request would be sent when its
 * turn came. Its time-out races with the connection that it waits for. It counts the connections of each host separately. So
 * the engine gets no more calls than it can connect, and the others wait here. Thread-safe.
 */
final class ConnectionQueue {

    private final int limit;
    private final Set<VertxCall> admitted = new HashSet<>();
    private final Set<VertxCall> waiting = new LinkedHashSet<>();

    ConnectionQueue(int limit) {
        this.limit = limit;
    }

    /** Queues a call; {@link VertxCall#admitted()} runs at once or later. */
    void enter(VertxCall call) {
        synchronized (this) {
            if (admitted.size() >= limit) {
                waiting.add(call);
                return;
            }
            admitted.add(call);
        }
        call.admitted();
    }

    /** Withdraws a call or gives its place to the next one. Idempotent. */
    void leave(VertxCall call) {
        VertxCall next = remove(call);
        if (next != null) {
            next.admitted();
        }
    }

    /** How many calls would be admitted at once. */
    synchronized int freePlaces() {
        return limit - admitted.size();
    }

    synchronized boolean isWaiting(VertxCall call) {
        return waiting.contains(call);
    }

    private synchronized @Nullable VertxCall remove(VertxCall call) {
        if (waiting.remove(call) || !admitted.remove(call)) {
            return null;
        }
        Iterator<VertxCall> line = waiting.iterator();
        if (!line.hasNext()) {
            return null;
        }
        VertxCall next = line.next();
        line.remove();
        admitted.add(next);
        return next;
    }
}
