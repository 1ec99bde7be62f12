package top.neuralbox.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A wall clock that can be set for one process, by libfaketime if this machine has it. The monotonic clock stays real. */
final class FakeTime implements AutoCloseable {

    /** With this variable set, as in CI, a missing library fails the tests that need it instead of skipping them. */
    private static final boolean REQUIRED = System.getenv("NEURALBOX_REQUIRE_FAKETIME") != null;

    private static final List<Path> FOLDERS = List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"));

    private final Path library;
    private final Path ahead;

    private FakeTime(Path library, Path ahead) {
        this.library = library;
        this.ahead = ahead;
    }

    /** The true time at first. The test is skipped without the library. */
    static FakeTime start() {
        Path library = library();
        if (REQUIRED && library == null) {
            throw new AssertionError("libfaketime is not installed");
        }
        Assumptions.assumeTrue(library != null, "libfaketime is not installed");
        try {
            FakeTime time = new FakeTime(library, Files.createTempFile("neuralbox-faketime", ".txt"));
            time.set(Duration.ZERO);
            return time;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the process needs in its environment. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", ahead.toString(),
                // Read for each look at any clock, the file takes most of the process's time.
                "FAKETIME_CACHE_DURATION", "1",
                // Else each wait with a limit ends too early (0.9.10): the threads of the JVM spin, and all else is
                // slow.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "DONT_FAKE_MONOTONIC", "1");
    }

    /** Sets the clock of the process so far ahead of the true one. It sees that within a second or two. */
    void set(Duration by) {
        try {
            // In one step: the process reads it every second.
            Path next = Files.writeString(ahead.resolveSibling(ahead.getFileName() + ".next"), "+" + by.toSeconds());
            Files.move(next, ahead, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(ahead);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path library() {
        for (Path folder : FOLDERS) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files =
                        Files.find(folder, 3, (file, attributes) -> file.endsWith("faketime/libfaketimeMT.so.1"))) {
                    Path found = files.findFirst().orElse(null);
                    if (found != null) {
                        return found;
                    }
                } catch (IOException | UncheckedIOException e) {
                    // A folder that cannot be read holds none for us.
                }
            }
        }
        return null;
    }
}
