package top.neuralbox.transport.httpclient;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the daemon threads of one transport, and tells the threads on which nobody may block. */
final class TransportThreads implements ThreadFactory {

    static final String TRANSPORT_NAME = "httpclient";

    private static final String OURS = "neuralbox-httpclient-";
    /** How HttpClient names the I/O threads of a client that the application made for itself. */
    private static final String ENGINES = "httpclient-dispatch-";

    private final String prefix;
    private final AtomicInteger count = new AtomicInteger();

    /** Makes a factory whose threads are named {@code neuralbox-httpclient-ROLE-1} and so on. */
    TransportThreads(String role) {
        this.prefix = OURS + role + "-";
    }

    /**
     * Goes by the name alone: the engine's I/O threads are plain {@link Thread}s whose task cannot be seen, and a name
     * asks for no class of the engine.
     */
    static boolean mustNotBlock(Thread thread) {
        String name = thread.getName();
        return name.startsWith(OURS) || name.startsWith(ENGINES);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, prefix + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
