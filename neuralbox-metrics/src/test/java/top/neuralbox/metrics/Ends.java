package top.neuralbox.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;

/**
 * Waits until the generations that began have ended. A caller may have its result a moment before: it is complete with
 * {@code generation_end}, the call with what follows. To be added behind the listeners whose work is awaited.
 */
final class Ends implements GenerationListener {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger open = new AtomicInteger();

    @Override
    public Observer started(GenerationInfo info) {
        open.incrementAndGet();
        return outcome -> {
            lock.lock();
            try {
                open.decrementAndGet();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        };
    }

    void await() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(20);
            while (open.get() != 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
        if (open.get() != 0) {
            throw new AssertionError(open + " generations did not end");
        }
    }
}
