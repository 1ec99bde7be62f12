package top.neuralbox.transport.httpclient;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportException;

/**
 * One warm-up: calls that end when they are connected, one for each connection. The connections are kept out of the pool until
 * each call has asked for one. Otherwise a call would get the connection of the call before it. Thread-safe.
 */
final class WarmUp {

    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    /** The calls that have not asked the pool yet. */
    private final Set<HttpClientCall> unplaced = new HashSet<>();

    private final Set<HttpClientCall> unended = new HashSet<>();
    private final List<Runnable> kept = new ArrayList<>();
    private @Nullable TransportException failure;

    /** Adds the calls, before the first one begins. */
    void begin(List<HttpClientCall> calls) {
        synchronized (this) {
            unplaced.addAll(calls);
            unended.addAll(calls);
        }
        var unused = ready.whenComplete((nothing, error) -> calls.forEach(HttpClientCall::cancel));
    }

    /** Completes when all calls have ended. Completing it from outside cancels them. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** A call has its place in the pool, or will never have one. Idempotent. */
    void placed(HttpClientCall call) {
        List<Runnable> releases;
        synchronized (this) {
            if (!unplaced.remove(call) || !unplaced.isEmpty()) {
                return;
            }
            releases = List.copyOf(kept);
            kept.clear();
        }
        releases.forEach(Runnable::run);
    }

    /** A connection is made. Its release, which throws nothing, puts it into the pool: now, or when all calls have their places. */
    void connected(Runnable release) {
        synchronized (this) {
            if (!unplaced.isEmpty()) {
                kept.add(release);
                return;
            }
        }
        release.run();
    }

    /** A call has ended: null if its connection is in the pool. */
    void ended(HttpClientCall call, @Nullable TransportException reason) {
        placed(call);
        TransportException first;
        synchronized (this) {
            if (!unended.remove(call)) {
                return;
            }
            if (failure == null) {
                failure = reason;
            }
            if (!unended.isEmpty()) {
                return;
            }
            first = failure;
        }
        if (first == null) {
            ready.complete(null);
        } else {
            ready.completeExceptionally(first);
        }
    }
}
