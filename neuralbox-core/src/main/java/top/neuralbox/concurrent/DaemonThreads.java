package top.neuralbox.concurrent;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A factory of daemon threads that inherit nothing from the thread that creates them: no inheritable thread-locals, no
 * context class loader and no thread group. The values of one user's call must not reach another user's call.
 */
public final class DaemonThreads implements ThreadFactory {

    private final String name;
    private final boolean mayBlock;
    private final Runnable successor;
    private final AtomicInteger count = new AtomicInteger();

    /**
     * A factory of threads for one purpose.
     *
     * @param name the name of the first thread; further threads add their number
     * @param mayBlock whether code on these threads may wait for a call
     * @param successor replaces a thread that an {@code Error} ended; it runs again until it does not throw
     */
    public DaemonThreads(String name, boolean mayBlock, Runnable successor) {
        this.name = name;
        this.mayBlock = mayBlock;
        this.successor = successor;
    }

    /** Whether other calls depend on this thread, so that it must not be blocked. */
    public static boolean mustNotBlock(Thread thread) {
        return thread instanceof OwnThread own && !own.mayBlock;
    }

    /** The context class loader of every thread of these factories. */
    public static ClassLoader classLoader() {
        return DaemonThreads.class.getClassLoader();
    }

    @Override
    public Thread newThread(Runnable task) {
        int number = count.incrementAndGet();
        return new OwnThread(task, number == 1 ? name : name + "-" + number, mayBlock, successor);
    }

    /** The topmost group. The group of the creating thread may be destroyed before the new thread ends. */
    private static ThreadGroup topGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    private static final class OwnThread extends Thread {

        /** How long a thread waits before it tries again to create its replacement. */
        private static final long PAUSE_MILLIS = 100;

        private final boolean mayBlock;
        private final Runnable successor;

        OwnThread(Runnable task, String name, boolean mayBlock, Runnable successor) {
            super(topGroup(), task, name, 0, false);
            this.mayBlock = mayBlock;
            this.successor = successor;
            setDaemon(true);
            setContextClassLoader(classLoader());
        }

        /**
         * The pools of the JDK replace a thread that an {@code Error} ends. For that they need a thread and memory. The error
         * may mean that both are exhausted, so this thread stays until it is replaced.
         */
        @Override
        public void run() {
            try {
                super.run();
            } catch (Throwable fault) {
                while (!isReplaced()) {
                    pause();
                }
            }
        }

        private boolean isReplaced() {
            try {
                successor.run();
                return true;
            } catch (Throwable still) {
                return false;
            }
        }

        private static void pause() {
            try {
                sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                // No code waits for this thread to end.
            }
        }
    }
}
