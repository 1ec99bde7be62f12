package top.neuralbox.budget.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis, or Valkey, in a process of its own, on a free port, which a test may kill, freeze and start again. */
final class RedisServer implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final String PASSWORD = "redis-canary-password";

    /** The command to start: {@code redis-server}, or what the system property {@code neuralbox.redis.server} says. */
    private static final String COMMAND = System.getProperty("neuralbox.redis.server", "redis-server");

    private final Path folder;
    private final int port;
    private Process process;

    private RedisServer(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /**
     * Starts a server that keeps what it is told, each write before it answers. Skips the test where there is none, unless the
     * environment says {@code NEURALBOX_REQUIRE_REDIS}.
     */
    static RedisServer start() {
        if (System.getenv("NEURALBOX_REQUIRE_REDIS") == null) {
            Assumptions.assumeTrue(
                    isPresent(), "no " + COMMAND + " on the path: the tests on a real Redis are skipped");
        }
        try {
            Path folder = Files.createTempDirectory("neuralbox-redis");
            // Redis does not tell which port it took, so a free one is looked for first; another process may be faster.
            for (int attempt = 1; ; attempt++) {
                int port = freePort();
                RedisServer server = new RedisServer(folder, port, launch(folder, port));
                await("answer of Redis", () -> !server.process.isAlive() || server.answers());
                if (server.process.isAlive()) {
                    return server;
                }
                if (attempt == 3) {
                    throw new AssertionError("Redis ended: " + Files.readString(folder.resolve("log")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** A client with time-outs that suit a test; the caller closes it. */
    RedisClient client() {
        return client(port, PASSWORD);
    }

    static RedisClient client(int port, String password) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setJmxEnabled(false);
        pool.setMaxWait(Duration.ofSeconds(1));
        return RedisClient.builder()
                .hostAndPort("127.0.0.1", port)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .timeoutMillis(1_000)
                        .password(password)
                        .build())
                .poolConfig(pool)
                .build();
    }

    /** As a machine that loses power: SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Starts it anew on the same port, with what it had written. */
    void restart() {
        try {
            process = launch(folder, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("answer of Redis", this::answers);
    }

    /** Connections stay open, and nothing is answered: SIGSTOP. */
    void freeze() {
        signal("STOP");
    }

    /** Goes on with what arrived meanwhile: SIGCONT. */
    void thaw() {
        signal("CONT");
    }

    /** Waits until a condition holds. It is polled: no signal leaves Redis. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("no " + what + " within " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitEnd();
        delete(folder);
    }

    private boolean answers() {
        try (RedisClient client = client()) {
            return client.ping().equals("PONG");
        } catch (JedisException notYet) {
            return false;
        }
    }

    private void signal(String name) {
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

    private void awaitEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Process launch(Path folder, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of(COMMAND, "--port", String.valueOf(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", folder.toString(), "--save", ""));
        command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always", "--requirepass", PASSWORD));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    private static boolean isPresent() {
        try {
            Process version = new ProcessBuilder(COMMAND, "--version")
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
