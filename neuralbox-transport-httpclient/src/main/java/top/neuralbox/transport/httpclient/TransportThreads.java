package top.neuralbox.transport.httpclient;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes the daemon threads of one transport, and tells the threads on which nobody may block. */
final class TransportThreads implements ThreadFactory {

    static final String TRANSPORT_NAME = "httpclient";

    private static final String OURS = "neuralbox-httpclient-";
    /** How HttpClient names the I/O threads of a client that the application made for itself. */
    private static final String ENGINES = "httpclient-dispatch-";

    /** Remembers for the code further up the stack which connection it serves. */
    private static final class OwnThread extends Thread {

        private @Nullable BurstSession served;

        OwnThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
        }
    }

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

    /** Notes the connection for which the current I/O thread is called. */
    static void serve(BurstSession session) {
        if (Thread.currentThread() instanceof OwnThread own) {
            own.served = session;
        }
    }

    /** Whether the current thread is processing the end of a connection. */
    static boolean readToEnd() {
        return Thread.currentThread() instanceof OwnThread own && own.served != null && own.served.atEnd();
    }

    /** Notes that the current I/O thread has got content or a whole response from the connection that it serves. */
    static void productive() {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.productive();
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        return new OwnThread(task, prefix + count.incrementAndGet());
    }
}
