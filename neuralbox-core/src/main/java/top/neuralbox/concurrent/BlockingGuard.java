package top.neuralbox.concurrent;

import java.util.List;
import java.util.function.Predicate;

/** Refuses to block an event loop of an engine, or a timer thread: a blocked one stops every call that it serves. */
public final class BlockingGuard {

    private final List<Predicate<Thread>> loops;

    /** A guard that knows the threads of this library and those of some engines. */
    public BlockingGuard(List<Predicate<Thread>> loops) {
        this.loops = List.copyOf(loops);
    }

    /**
     * Checks the current thread.
     *
     * @param instead the method that the message recommends
     * @throws IllegalStateException if the thread must not block
     */
    public void check(String instead) {
        Thread thread = Thread.currentThread();
        boolean loop = DaemonThreads.mustNotBlock(thread);
        for (int i = 0; !loop && i < loops.size(); i++) {
            loop = loops.get(i).test(thread);
        }
        if (loop) {
            throw new IllegalStateException("this would block the event loop " + thread.getName() + "; call " + instead
                    + " there, or use another thread");
        }
    }
}
