package top.neuralbox.transport.vertx;

import org.jspecify.annotations.Nullable;

/**
 * On whose behalf an event loop asks the engine for a connection. The engine gives no hold on a connection before it is
 * leased, and a peer that says nothing would keep a cancelled call's socket open; but it begins to connect on the stack of
 * the request, so what it makes there is the call's.
 */
final class AskingCall {

    private static final ThreadLocal<@Nullable VertxCall> CURRENT = new ThreadLocal<>();

    private AskingCall() {}

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
