package top.neuralbox;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of a client that hold something, so that closing the client can end them. Thread-safe. */
final class CallRegistry {

    /** One of the calls. */
    interface Call {
        /** The client is closed: nothing of this call may stay behind. */
        void clientClosed();
    }

    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Whether the call was taken in; a closed client takes none. */
    boolean add(Call call) {
        calls.add(call);
        if (closed) {
            calls.remove(call);
            return false;
        }
        return true;
    }

    void remove(Call call) {
        calls.remove(call);
    }

    /** Whatever ending one call throws, the others end too. */
    private static void end(Call call) {
        try {
            call.clientClosed();
        } catch (Throwable t) {
            Log.transportThrew(t);
        }
    }

    /** Ends every call, and takes none from now on. Idempotent. */
    void close() {
        closed = true;
        calls.forEach(CallRegistry::end);
    }
}
