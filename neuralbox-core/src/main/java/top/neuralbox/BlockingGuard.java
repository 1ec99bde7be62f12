package top.neuralbox;

import java.util.List;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportProvider;

/** Refuses to block on an event loop, whichever engine's: one blocked loop stops every call it carries. */
final class BlockingGuard {

    private final Transport transport;
    private final List<TransportProvider> providers;

    BlockingGuard(Transport transport, List<TransportProvider> providers) {
        this.transport = transport;
        this.providers = providers;
    }

    /**
     * Checks the current thread.
     *
     * @param instead what to call instead
     * @throws IllegalStateException if the thread must not block
     */
    void check(String instead) {
        Thread thread = Thread.currentThread();
        boolean loop = transport.mustNotBlock(thread);
        for (int i = 0; !loop && i < providers.size(); i++) {
            loop = providers.get(i).mustNotBlock(thread);
        }
        if (loop) {
            throw new IllegalStateException("this would block the event loop " + thread.getName() + "; call " + instead
                    + " there, or use another thread");
        }
    }
}
