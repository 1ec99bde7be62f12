package top.neuralbox.transport.vertx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One warm-up: calls that end when they are connected. The first call shows which version of HTTP the server speaks. A
 * connection of HTTP/2 is enough for all calls to come. For HTTP/1.1 more calls follow, one for each connection. The connections
 * are kept out of the pool until each call has asked for one. Otherwise a call would get the connection of the call before it.
 * Thread-safe.
 */
final class WarmUp {

    private final Function<WarmUp, VertxCall> calls;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    /** The calls that have not got a place in the pool yet. */
    private final Set<VertxCall> unplaced = new HashSet<>();

    private final Set<VertxCall> unended = new HashSet<>();
    private final List<VertxCall> kept = new ArrayList<>();
    private @Nullable Throwable failure;

    /** How many calls may follow. */
    private int more;

    /**
     * A warm-up that has not begun.
     *
     * @param connections how many connections are wanted
     * @param calls makes a call and does not start it
     */
    WarmUp(int connections, Function<WarmUp, VertxCall> calls) {
        this.calls = calls;
        this.more = connections - 1;
    }

    /** Completes when all calls have ended. Completing it from outside cancels them. */
    CompletableFuture<Void> begin() {
        var unused = ready.whenComplete((nothing, error) -> cancel());
        begin(List.of(calls.apply(this)));
        return ready;
    }

    /** A call has its place in the pool, or will never have one. Idempotent. */
    void placed(VertxCall call) {
        List<VertxCall> free;
        synchronized (this) {
            if (!unplaced.remove(call) || !unplaced.isEmpty()) {
                return;
            }
            free = List.copyOf(kept);
            kept.clear();
        }
        free.forEach(VertxCall::letGo);
    }

    /** A call has a connection, and keeps it until {@link VertxCall#letGo}. */
    void connected(VertxCall call, boolean shared) {
        List<VertxCall> followers = List.of();
        synchronized (this) {
            kept.add(call);
            // Only the first call finds that more may follow.
            if (!shared && !ready.isDone()) {
                followers = make(more);
                more = 0;
            }
            unplaced.add(call);
        }
        placed(call);
        begin(followers);
    }

    /** A call has ended: null if its connection is in the pool. */
    private void ended(VertxCall call, @Nullable Throwable reason) {
        placed(call);
        Throwable first;
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

    /** A call has left its connection in the pool. */
    void ended(VertxCall call) {
        ended(call, null);
    }

    private synchronized List<VertxCall> make(int count) {
        List<VertxCall> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            VertxCall call = calls.apply(this);
            made.add(call);
            unplaced.add(call);
            unended.add(call);
        }
        return made;
    }

    private void begin(List<VertxCall> made) {
        synchronized (this) {
            unplaced.addAll(made);
            unended.addAll(made);
        }
        for (VertxCall call : made) {
            var unused = call.response().whenComplete((none, error) -> ended(call, error));
            call.begin();
        }
    }

    private void cancel() {
        List<VertxCall> open;
        synchronized (this) {
            open = List.copyOf(unended);
        }
        open.forEach(VertxCall::cancel);
    }
}
