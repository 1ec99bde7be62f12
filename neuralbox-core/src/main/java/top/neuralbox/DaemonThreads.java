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
    private final AtomicInteger count = new AtomicInteger();

    /**
     * A factory of threads with a role.
     *
     * @param name the name of the first thread; further ones add their number
     * @param mayBlock whether code that runs there may wait for a call
     */
    DaemonThreads(String name, boolean mayBlock) {
        this.name = name;
        this.mayBlock = mayBlock;
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
        return new OwnThread(task, number == 1 ? name : name + "-" + number, mayBlock);
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

        private final boolean mayBlock;

        OwnThread(Runnable task, String name, boolean mayBlock) {
            super(topGroup(), task, name, 0, false);
            this.mayBlock = mayBlock;
            setDaemon(true);
            setContextClassLoader(classLoader());
        }
    }
}
