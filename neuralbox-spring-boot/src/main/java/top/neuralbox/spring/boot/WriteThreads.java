package top.neuralbox.spring.boot;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that write to readers. There is one for each write that is under way, so a reader that takes nothing delays no
 * other. Boot's own executor has eight threads by default, which eight such readers would occupy. They inherit nothing from the
 * thread that needs them first, and end after ten idle seconds.
 */
final class WriteThreads {

    static final Executor EXECUTOR = create();

    private WriteThreads() {}

    private static Executor create() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(null, task, "neuralbox-write-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            return thread;
        });
    }
}
