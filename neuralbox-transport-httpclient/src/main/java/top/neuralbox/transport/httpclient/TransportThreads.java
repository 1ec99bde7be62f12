package top.neuralbox.transport.httpclient;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the daemon threads of one transport, and tells the threads on which nobody may block. */
final class TransportThreads implements ThreadFactory {

    static final String TRANSPORT_NAME = "httpclient";

    /** The role of the engine's threads. */
    static final String IO = "io";

    private static final String OURS = "neuralbox-httpclient-";
    /** How HttpClient names the I/O threads of a client that the application made for itself. */
    private static final String LOOPS = "org.apache.hc.core5.reactor.";

    private static final String ENGINES = "httpclient-dispatch-";

    /**
     * Remembers for the code further up the stack which connection it serves. It takes over nothing from the thread that happens
     * to need it first: no inheritable thread-locals, context class loader or thread group.
     *
     * <p>The engine's loop ends for good when it finds its thread interrupted (httpcore 5.4.4), with every connection on it.
     * Foreign code that catches an {@link InterruptedException} sets the flag again, as it should; so what that code leaves is
     * cleared when it has returned, and where none runs, the flag is not believed.
     */
    private static final class OwnThread extends Thread {

        /** How long a thread waits before it tries again to tell its end. */
        private static final long PAUSE_MILLIS = 100;

        /** What a thread that ends wants to be free before it tells its calls. */
        private static final int ENOUGH_MEMORY = 256 * 1024;

        private @Nullable BurstSession served;

        private final @Nullable BiConsumer<Thread, @Nullable Throwable> end;

        /** Whether the engine's loop runs here. */
        private final boolean runsEngine;

        /** How deep the thread is in code that may be foreign. Others read it too, and may be late. */
        private int inCallbacks;

        OwnThread(
                Runnable task, String name, boolean runsEngine, @Nullable BiConsumer<Thread, @Nullable Throwable> end) {
            super(topGroup(), task, name, 0, false);
            // The engine has threads beside its loops, in pools of the JDK that rely on the flag.
            this.runsEngine = runsEngine && task.getClass().getName().startsWith(LOOPS);
            this.end = this.runsEngine ? end : null;
            setDaemon(true);
            setContextClassLoader(TransportThreads.class.getClassLoader());
        }

        @Override
        public synchronized void start() {
            try {
                super.start();
            } catch (Error noThread) {
                if (end != null) {
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
            // What ended it may be a lack of memory, without which calls cannot be told either.
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
                // The engine wants its thread to end, which it is about to do.
            }
        }

        /** The engine interrupts its threads when it closes, but means its own loop and not what a callback is doing. */
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

        /** A group of the application's may be destroyed before the thread ends. */
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
     * The same, with somebody who hears of the end of each I/O thread.
     *
     * @param end called by the thread, again and again until it does not throw; for one that cannot be started, by who starts it
     */
    TransportThreads(String role, @Nullable BiConsumer<Thread, @Nullable Throwable> end) {
        this.end = end;
        this.prefix = OURS + role + "-";
        this.forEngine = role.equals(IO);
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

    /** Notes that a call is about to be sent on the connection that the current I/O thread serves. */
    static void begin(HttpClientCall call) {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.begin(call);
        }
    }

    /** Whether the current thread is processing the end of a connection. */
    static boolean readToEnd() {
        return Thread.currentThread() instanceof OwnThread own && own.served != null && own.served.atEnd();
    }

    /** Notes that the current I/O thread has got content from the connection that it serves. */
    static void productive() {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.productive();
        }
    }

    /** Notes that the current I/O thread has got a whole response from the connection that it serves. */
    static void responseWhole() {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.responseWhole();
        }
    }

    /** Runs a task once the current I/O thread has looked at all that it has read of the connection that it serves. */
    static void whenEventIsOver(Runnable task) {
        if (Thread.currentThread() instanceof OwnThread own && own.served != null) {
            own.served.whenEventIsOver(task);
        } else {
            task.run();
        }
    }

    /** Foreign code may begin; {@link #leaveCallback} must follow. */
    static void enterCallback() {
        if (Thread.currentThread() instanceof OwnThread own) {
            own.inCallbacks++;
        }
    }

    /** Foreign code has returned, or thrown: what it did to the interrupt flag of a thread of ours is undone. */
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
