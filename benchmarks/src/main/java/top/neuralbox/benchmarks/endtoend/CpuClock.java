package top.neuralbox.benchmarks.endtoend;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The CPU time of this process without its compiler threads, whose work belongs to the beginning of a process and not to
 * what happens to run beside it. They are told apart by what Linux says of each thread; elsewhere they count.
 */
final class CpuClock {

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Path TASKS = Path.of("/proc/self/task");

    private CpuClock() {}

    static long nanos() {
        return PROCESS.getProcessCpuTime() - compilerNanos();
    }

    /** The CPU time of the compiler threads so far; 0 where it cannot be told apart. */
    static long compilerNanos() {
        if (!Files.isDirectory(TASKS)) {
            return 0;
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.mapToLong(CpuClock::compilerNanos).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long compilerNanos(Path task) {
        try {
            if (!Files.readString(task.resolve("comm")).contains("CompilerThre")) {
                return 0;
            }
            List<String> figures =
                    List.of(Files.readString(task.resolve("schedstat")).strip().split(" ", -1));
            return Long.parseLong(figures.get(0));
        } catch (IOException gone) {
            return 0;
        }
    }
}
