package top.neuralbox.transport.vertx;

import io.vertx.core.Context;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Spreads calls over the event loops: the next one goes to the loop that carries the fewest. The engine would give all calls
 * of one foreign thread the same loop (5.2.3).
 *
 * <p>They do not take turns, because the engine's pool hands out connections whatever their loop, and a call on another
 * loop than its connection's has every chunk passed from thread to thread, at three times the CPU time. Where a call has just
 * ended there are the fewest calls, and its connection.
 */
final class EventLoops {

    private final List<Context> contexts;
    private final AtomicIntegerArray calls;

    private EventLoops(List<Context> contexts) {
        this.contexts = contexts;
        this.calls = new AtomicIntegerArray(contexts.size());
    }

    static EventLoops of(VertxInternal vertx) {
        List<Context> contexts = new ArrayList<>();
        vertx.nettyEventLoopGroup().forEach(loop -> contexts.add(vertx.createEventLoopContext()));
        return new EventLoops(List.copyOf(contexts));
    }

    List<Context> contexts() {
        return contexts;
    }

    /** The loop for the next call, until it is given back. From any thread; a race costs some balance and nothing else. */
    Context take() {
        int least = 0;
        for (int i = 1; i < contexts.size(); i++) {
            if (calls.get(i) < calls.get(least)) {
                least = i;
            }
        }
        calls.incrementAndGet(least);
        return contexts.get(least);
    }

    /** A call has ended. One that ran on a loop which the application chose was not counted. */
    void giveBack(Context context) {
        int index = contexts.indexOf(context);
        if (index >= 0) {
            calls.decrementAndGet(index);
        }
    }
}
