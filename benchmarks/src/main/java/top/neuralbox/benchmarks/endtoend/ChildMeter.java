package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Asks a {@link GatewayProcess} what its gateway has used. */
final class ChildMeter implements Meter {

    static final String CPU = "cpu";
    static final String COMPILER = "compiler";
    static final String THREADS = "threads";
    static final String HEAP = "heap";
    static final String RESIDENT = "resident";
    static final String ALLOCATED = "allocated";

    private final Child process;

    ChildMeter(Child process) {
        this.process = process;
    }

    @Override
    public long cpuNanos() {
        return ask(CPU);
    }

    @Override
    public long compilerNanos() {
        return ask(COMPILER);
    }

    @Override
    public int threads() {
        return (int) ask(THREADS);
    }

    @Override
    public long usedHeap() {
        return ask(HEAP);
    }

    @Override
    public long resident() {
        return ask(RESIDENT);
    }

    @Override
    public long allocated() {
        return ask(ALLOCATED);
    }

    private long ask(String question) {
        try {
            return (long) process.ask(question)[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
