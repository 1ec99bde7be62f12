package top.neuralbox.benchmarks.endtoend;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Measures the process in which it is. */
final class OwnMeter implements Meter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Override
    public long cpuNanos() {
        return CpuClock.nanos();
    }

    @Override
    public long compilerNanos() {
        return CpuClock.compilerNanos();
    }

    @Override
    public int threads() {
        return THREADS.getThreadCount();
    }

    @Override
    public long usedHeap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }

    @Override
    public long resident() {
        return LinuxProcess.resident(ProcessHandle.current().pid());
    }

    @Override
    public long allocated() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
