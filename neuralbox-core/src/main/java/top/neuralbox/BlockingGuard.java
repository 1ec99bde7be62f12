package top.neuralbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportProvider;

/**
 * Refuses to block on an event loop, whichever engine's, and on the timers' threads: one that is blocked stops every call it
 * serves.
 */
final class BlockingGuard {

    private final @Nullable Transport transport;
    private final List<TransportProvider> providers;

    BlockingGuard(@Nullable Transport transport, List<TransportProvider> providers) {
        this.transport = transport;
        this.providers = providers;
    }

    /** For what belongs to no client: knows the transports that can be found. */
    static BlockingGuard ofProcess() {
        return Shared.GUARD;
    }

    /**
     * Checks the current thread.
     *
     * @param instead what to call instead
     * @throws IllegalStateException if the thread must not block
     */
    void check(String instead) {
        Thread thread = Thread.currentThread();
        boolean loop = DaemonThreads.mustNotBlock(thread) || (transport != null && transport.mustNotBlock(thread));
        for (int i = 0; !loop && i < providers.size(); i++) {
            loop = providers.get(i).mustNotBlock(thread);
        }
        if (loop) {
            throw new IllegalStateException("this would block the event loop " + thread.getName() + "; call " + instead
                    + " there, or use another thread");
        }
    }

    /** Made when it is needed first. */
    private static final class Shared {
        static final BlockingGuard GUARD = new BlockingGuard(null, TransportLoader.providers());
    }
}
