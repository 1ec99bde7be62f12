package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux says of a process; elsewhere nothing is known, which is 0. */
final class LinuxProcess {

    private LinuxProcess() {}

    /** What it has of the machine's memory, in bytes. */
    static long resident(long pid) {
        Path status = of(pid).resolve("status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The CPU time of its first thread, in nanoseconds; in {@code stat} it would be in hundredths of a second. */
    static long firstThreadNanos(long pid) {
        Path schedstat = of(pid).resolve("schedstat");
        if (!Files.exists(schedstat)) {
            return 0;
        }
        try {
            List<String> figures = List.of(Files.readString(schedstat).strip().split(" ", -1));
            return Long.parseLong(figures.get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path of(long pid) {
        return Path.of("/proc", Long.toString(pid));
    }
}
