package top.neuralbox.transport.vertx;

import org.jspecify.annotations.Nullable;

/**
 * The call for which an event loop now asks the engine for a connection. The engine gives no access to a connection before it
 * is leased, so a silent peer would keep the socket of a cancelled call open. But the engine begins to connect on the stack of
 * the request, so a connection that it creates there belongs to the call.
 */
final class CurrentCall {

    private static final ThreadLocal<@Nullable VertxCall> CURRENT = new ThreadLocal<>();

    private CurrentCall() {}

    /** Asks the engine on behalf of a call. On the event loop. */
    static void run(VertxCall call, Runnable ask) {
        CURRENT.set(call);
        try {
            ask.run();
        } finally {
            CURRENT.remove();
        }
    }

    static @Nullable VertxCall current() {
        return CURRENT.get();
    }
}
