package top.neuralbox.transport.vertx;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spreads calls over the event loops: the next call goes to the loop with the fewest calls. The engine would give all calls of
 * one foreign thread the same loop (5.2.3).
 *
 * <p>A call belongs on the loop of its connection. On another loop every chunk is passed from thread to thread, at three times
 * the CPU time. The engine's pool grants connections of any loop, so a call may have to move to the loop of its connection. A
 * loop that has ended gets no more calls. Thread-safe.
 */
final class EventLoops {

    private static final int NONE = -1;

    private final List<Context> contexts;
    private final AtomicIntegerArray calls;

    /** The loop and age of each open connection. Weak, because a connection notifies only one listener of its end: the pool. */
    private final Map<HttpConnection, Home> connections = Collections.synchronizedMap(new WeakHashMap<>());

    private final LongSupplier nanoTime;

    private EventLoops(List<Context> contexts, LongSupplier nanoTime) {
        this.contexts = contexts;
        this.calls = new AtomicIntegerArray(contexts.size());
        this.nanoTime = nanoTime;
    }

    /** @param nanoTime the clock for the age of connections */
    static EventLoops of(VertxInternal vertx, LongSupplier nanoTime) {
        List<Context> contexts = new ArrayList<>();
        vertx.nettyEventLoopGroup().forEach(loop -> contexts.add(vertx.createEventLoopContext()));
        return new EventLoops(List.copyOf(contexts), nanoTime);
    }

    List<Context> contexts() {
        return contexts;
    }

    /** A place for the next call. From any thread. A race makes only the balance a little worse. */
    Place take() {
        int least = NONE;
        for (int i = 0; i < contexts.size(); i++) {
            if (!loop(contexts.get(i)).isShuttingDown() && (least == NONE || calls.get(i) < calls.get(least))) {
                least = i;
            }
        }
        // If all loops have ended, the call finds that its tasks are rejected.
        int chosen = Math.max(least, 0);
        calls.incrementAndGet(chosen);
        return new Place(contexts.get(chosen), chosen);
    }

    /** A place that the application chose. It is not counted, and the call stays there. */
    Place stay(Context chosen) {
        return new Place(chosen, NONE);
    }

    /** The engine has opened this connection. On the connection's loop. */
    void opened(HttpConnection connection) {
        Context current = Vertx.currentContext();
        for (int i = 0; i < contexts.size() && current != null; i++) {
            if (loop(contexts.get(i)) == loop(current)) {
                connections.put(connection, new Home(i, new ConnectionAge(nanoTime.getAsLong())));
            }
        }
    }

    /** The age of a connection; null if it is not known. */
    @Nullable
    ConnectionAge ageOf(HttpConnection connection) {
        Home home = connections.get(connection);
        return home == null ? null : home.age();
    }

    /** The loop on which a connection lives; null if it is not known. */
    @Nullable
    Context contextOf(HttpConnection connection) {
        Home home = connections.get(connection);
        return home == null ? null : contexts.get(home.loop());
    }

    /** Marks the loop of the current thread as short of memory, if that is the reason. */
    void shortageIn(Throwable thrown) {
        for (int i = 0; i < contexts.size(); i++) {
            EventLoop loop = loop(contexts.get(i));
            if (loop.inEventLoop() && loop instanceof LastingLoops.Lasting own) {
                own.shortageIn(thrown);
            }
        }
    }

    /** Sets the action that ends calls when their own loop, or their connection's loop, has run out of memory. */
    void onShortage(Consumer<EventLoop> endCalls) {
        for (Context context : contexts) {
            EventLoop loop = loop(context);
            if (loop instanceof LastingLoops.Lasting own) {
                own.onShortage(() -> endCalls.accept(loop));
            }
        }
    }

    /** Whether a connection lives on this loop. */
    boolean isOn(EventLoop loop, HttpConnection connection) {
        Context home = contextOf(connection);
        return home != null && loop(home) == loop;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    private static EventLoop loop(Context context) {
        return ((ContextInternal) context).nettyEventLoop();
    }

    /** The loop of a connection, and its age. */
    private record Home(int loop, ConnectionAge age) {}

    /** The loop of one call. */
    final class Place {

        /** The loop that counts the call, or {@link #NONE}. */
        private final AtomicInteger counted;

        private volatile Context context;

        private Place(Context context, int counted) {
            this.context = context;
            this.counted = new AtomicInteger(counted);
        }

        Context context() {
            return context;
        }

        EventLoop loop() {
            return EventLoops.loop(context);
        }

        /** Moves to the loop of this connection. False if the call is there already, must stay, or has given its place back. */
        boolean moveTo(HttpConnection connection) {
            Home home = connections.get(connection);
            int here = counted.get();
            if (home == null || here == NONE || here == home.loop() || !counted.compareAndSet(here, home.loop())) {
                return false;
            }
            calls.incrementAndGet(home.loop());
            calls.decrementAndGet(here);
            context = contexts.get(home.loop());
            return true;
        }

        /** The call has ended. Idempotent. */
        void giveBack() {
            int here = counted.getAndSet(NONE);
            if (here != NONE) {
                calls.decrementAndGet(here);
            }
        }
    }
}
