package top.neuralbox.transport.httpclient;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the daemon threads of one transport, and recognizes the threads that must not block. */
final class TransportThreads implements ThreadFactory {

    static final String TRANSPORT_NAME = "httpclient";

    /** The role of the engine's threads. */
    static final String IO = "io";

    /** The role of the timer's thread. */
    static final String TIMER = "timer";

    private static final String OURS = "neuralbox-httpclient-";
    /** The package of the engine's loops. */
    private static final String LOOPS = "org.apache.hc.core5.reactor.";

    /** HttpClient's name for the I/O threads of a client that the application made itself. */
    private static final String ENGINES = "httpclient-dispatch-";

    /**
     * A thread that records the connection that it serves, for the code further up the stack. It inherits nothing from the
     * thread that creates it: no thread-locals, context class loader or thread group.
     *
     * <p>The engine's loop ends with all its connections if it finds its thread interrupted (httpcore 5.4.4). Foreign code that
     * catches an {@link InterruptedException} sets the flag again, as it should. So the flag is cleared when foreign code has
     * returned, and is ignored while none runs.
     */
    private static final class OwnThread extends Thread {

        /** The time that a thread waits before it tries again to report its end. */
        private static final long PAUSE_MILLIS = 100;

        /** The memory that must be free before a thread that ends tells its calls. */
        private static final int ENOUGH_MEMORY = 256 * 1024;

        private @Nullable SingleReadSession served;

        private final @Nullable BiConsumer<Thread, @Nullable Throwable> end;

        /** Whether the engine's loop runs on this thread. */
        private final boolean runsEngine;

        /** The depth of calls of code that may be foreign. Other threads read it too, perhaps an old value. */
        private int inCallbacks;

        OwnThread(
                Runnable task, String name, boolean runsEngine, @Nullable BiConsumer<Thread, @Nullable Throwable> end) {
            super(topGroup(), task, name, 0, false);
            // The engine also has threads without a loop, in pools of the JDK that rely on the flag.
            this.runsEngine = runsEngine && task.getClass().getName().startsWith(LOOPS);
            this.end = this.runsEngine == runsEngine ? end : null;
            setDaemon(true);
            setContextClassLoader(TransportThreads.class.getClassLoader());
        }

        @Override
        public synchronized void start() {
            try {
                super.start();
            } catch (Error noThread) {
                if (end != null && runsEngine) {
                    end.accept(this, noThread);
                }
                throw noThread;
            }
        }

        @Override
        public void run() {
            if (end == null) {
                super.run();
                return;
            }
            Throwable fault = null;
            try {
                super.run();
            } catch (Throwable t) {
                fault = t;
            }
            // If a lack of memory ended the thread, its calls cannot be told before memory is free.
            while (!hasToldEnd(end, fault)) {
                pause();
            }
        }

        private boolean hasToldEnd(BiConsumer<Thread, @Nullable Throwable> whom, @Nullable Throwable fault) {
            try {
                byte[] enough = new byte[ENOUGH_MEMORY];
                whom.accept(this, fault);
                return enough.length > 0;
            } catch (Throwable still) {
                return false;
            }
        }

        private static void pause() {
            try {
                sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                // The engine wants this thread to end, and it is about to end.
            }
        }

        /** The engine interrupts its threads when it closes. That is for its loop, so a running callback is not interrupted. */
        @Override
        public void interrupt() {
            if (currentThread() == this || inCallbacks == 0) {
                super.interrupt();
            }
        }

        @Override
        public boolean isInterrupted() {
            if (runsEngine && currentThread() == this && inCallbacks == 0) {
                boolean unused = interrupted();
                return false;
            }
            return super.isInterrupted();
        }

        /** The top group, because a group of the application may be destroyed before the thread ends. */
        private static ThreadGroup topGroup() {
            ThreadGroup group = currentThread().getThreadGroup();
            while (group.getParent() != null) {
                group = group.getParent();
            }
            return group;
        }
    }

    private final String prefix;
    private final boolean forEngine;
    private final @Nullable BiConsumer<Thread, @Nullable Throwable> end;
    private final AtomicInteger count = new AtomicInteger();

    /** Makes a factory whose threads are named {@code neuralbox-httpclient-ROLE-1} and so on. */
    TransportThreads(String role) {
        this(role, null);
    }

    /**
     * The same, with a callback for the end of each thread. For {@link #IO}, it is only for the threads that run a loop of the
     * engine.
     *
     * @param end the thread calls it again and again until it does not throw; if a loop's thread cannot be started, the
     *     starting thread calls it once
     */
    TransportThreads(String role, @Nullable BiConsumer<Thread, @Nullable Throwable> end) {
        this.end = end;
        this.prefix = OURS + role + "-";
        this.forEngine = role.equals(IO);
    }

    /**
     * Whether a thread must not block, by its name alone. The I/O threads of other clients are plain {@link Thread}s whose task
     * is hidden, and a name needs no class of the engine.
     */
    static boolean mustNotBlock(Thread thread) {
        String name = thread.getName();
        return name.startsWith(OURS) || name.startsWith(ENGINES);
    }

    /** Records the connection for which the current I/O thread is called. */
    static void serve(SingleReadSession session) {
        if (Thread.currentThread() instanceof OwnThread own) {
            own.served = session;
        }
    }

    /** Records that a call is about to be sent on the connection that the current I/O thread serves. */
    static void begin(HttpClientCall call) {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.begin(call);
        }
    }

    /** Whether the current thread is processing the end of a connection. */
    static boolean readToEnd() {
        return Thread.currentThread() instanceof OwnThread own && own.served != null && own.served.atEnd();
    }

    /** Records that the current I/O thread has received content from the connection that it serves. */
    static void productive() {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.productive();
        }
    }

    /** Records that the current I/O thread has received a whole response from the connection that it serves. */
    static void responseWhole() {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.responseWhole();
        }
    }

    /** Runs a task after the current I/O thread has processed all bytes that it has read from the connection that it serves. */
    static void whenEventIsOver(Runnable task) {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.whenEventIsOver(task);
        } else {
            task.run();
        }
    }

    /** Called before code that may be foreign. {@link #leaveCallback} must follow. */
    static void enterCallback() {
        if (Thread.currentThread() instanceof OwnThread own) {
            own.inCallbacks++;
        }
    }

    /** Called after foreign code has returned or thrown. Clears the interrupt flag that it may have set on our thread. */
    static void leaveCallback() {
        if (Thread.currentThread() instanceof OwnThread own) {
            own.inCallbacks--;
            boolean unused = Thread.interrupted();
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        return new OwnThread(task, prefix + count.incrementAndGet(), forEngine, end);
    }
}
