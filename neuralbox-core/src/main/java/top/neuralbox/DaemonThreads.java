package top.neuralbox;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes daemon threads that take over nothing from the thread that happens to need them first: no inheritable
 * thread-locals, context class loader or thread group. What one user's call carries must not reach another's.
 */
final class DaemonThreads implements ThreadFactory {

    private final String name;
    private final boolean mayBlock;
    private final Runnable successor;
    private final AtomicInteger count = new AtomicInteger();

    /**
     * A factory of threads with a role.
     *
     * @param name the name of the first thread; further ones add their number
     * @param mayBlock whether code that runs there may wait for a call
     * @param successor makes another thread in the place of one that an {@code Error} ended; run again until it does not throw
     */
    DaemonThreads(String name, boolean mayBlock, Runnable successor) {
        this.name = name;
        this.mayBlock = mayBlock;
        this.successor = successor;
    }

    /** Whether other calls depend on this thread, so that nobody may block it. */
    static boolean mustNotBlock(Thread thread) {
        return thread instanceof OwnThread own && !own.mayBlock;
    }

    /** The class loader of every thread made here. */
    static ClassLoader classLoader() {
        return DaemonThreads.class.getClassLoader();
    }

    @Override
    public Thread newThread(Runnable task) {
        int number = count.incrementAndGet();
        return new OwnThread(task, number == 1 ? name : name + "-" + number, mayBlock, successor);
    }

    /** The group of the thread that asks may be destroyed before the new one ends. */
    private static ThreadGroup topGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    private static final class OwnThread extends Thread {

        /** How long a thread waits before it tries again to make another. */
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
         * The pools of the JDK replace a thread that an {@code Error} ends, for which they need a thread and memory. What ended
         * it may well be that there is neither, so it stays until both are there again.
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
                // Nobody waits for this thread to end.
            }
        }
    }
}
