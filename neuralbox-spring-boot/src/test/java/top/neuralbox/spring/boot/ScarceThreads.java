package top.neuralbox.spring.boot;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of writes, of which one cannot be created. Thread-safe. */
final class ScarceThreads implements Executor {

    private final int failing;
    private final AtomicInteger executions = new AtomicInteger();

    /** @param failing the number of the execution that fails, counted from 1; 0 if none does */
    ScarceThreads(int failing) {
        this.failing = failing;
    }

    /** How many there were, with the one that failed. */
    int executions() {
        return executions.get();
    }

    /** As the JDK does if the machine has no more threads. */
    @Override
    public void execute(Runnable task) {
        if (executions.incrementAndGet() == failing) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        WriteThreads.EXECUTOR.execute(task);
    }
}
