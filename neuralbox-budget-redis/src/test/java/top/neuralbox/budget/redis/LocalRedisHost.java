package top.neuralbox.budget.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import redis.embedded.core.ExecutableProvider;

/** Starts servers as children of this process. */
final class LocalRedisHost extends RedisHost {

    private static final Set<Process> CHILDREN = ConcurrentHashMap.newKeySet();

    static {
        // A test that is ended from outside closes nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> CHILDREN.forEach(Process::destroyForcibly)));
    }

    private final String command;

    private LocalRedisHost(String command) {
        this.command = command;
    }

    /** Null if there is no such command. */
    static RedisHost of(String command) {
        return runs(command) ? new LocalRedisHost(command) : null;
    }

    /** Null if the jar has no binary for this platform, or it does not run here. */
    static RedisHost ofJar() {
        try {
            Path folder = Files.createTempDirectory("neuralbox-redis-server");
            Path binary = ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .toPath();
            binary.toFile().deleteOnExit();
            folder.toFile().deleteOnExit();
            return of(binary.toAbsolutePath().toString());
        } catch (IOException | RuntimeException noBinary) {
            return null;
        }
    }

    @Override
    String makeFolder() {
        try {
            Path folder = Files.createTempDirectory("neuralbox-redis");
            Files.createFile(folder.resolve("sentinel.conf"));
            return folder.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void deleteFolder(String folder) {
        try (var files = Files.walk(Path.of(folder))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    int takePort() {
        return freePort();
    }

    @Override
    Running launch(String folder, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(arguments);
        try {
            Process process = new ProcessBuilder(all)
                    .directory(Path.of(folder).toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            Path.of(folder, "log").toFile()))
                    .start();
            CHILDREN.add(process);
            var unused = process.onExit().thenAccept(CHILDREN::remove);
            return new Child(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    String log(String folder) {
        try {
            return Files.readString(Path.of(folder, "log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runs(String command) {
        try {
            Process version = new ProcessBuilder(command, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private record Child(Process process) implements Running {

        @Override
        public boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public void signal(String name) {
            if (name.equals("KILL")) {
                process.destroyForcibly();
                return;
            }
            try {
                int code = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor();
                if (code != 0) {
                    throw new AssertionError("kill ended with " + code);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
