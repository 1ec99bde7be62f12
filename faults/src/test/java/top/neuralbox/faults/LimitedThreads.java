package top.neuralbox.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Limits the threads of a process. It runs as a user of its own, because the limit applies to a user. */
final class LimitedThreads {

    /** What the JVM needs for itself is some twenty. */
    private static final int THREADS = 150;

    /** Users that no machine has. The limit counts the threads of all processes of one. */
    private static final long FIRST_USER = 1_000_000_000;

    private LimitedThreads() {}

    /** The command in front of the process; the test is skipped where only an administrator may do this. */
    static List<String> wrapper() {
        Assumptions.assumeTrue(
                isRoot() && isOnPath("setpriv") && isOnPath("prlimit"), "only root may run a process as another user");
        return List.of(
                "setpriv",
                "--reuid=" + (FIRST_USER + ProcessHandle.current().pid()),
                "--clear-groups",
                // To read the class path, wherever it is.
                "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override",
                "prlimit",
                "--nproc=" + THREADS);
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean isOnPath(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program));
    }
}
