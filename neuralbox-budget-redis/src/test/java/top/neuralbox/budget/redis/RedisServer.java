package top.neuralbox.budget.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis, or Valkey, in a process of its own, on a free port, which a test may kill, freeze and start again. */
final class RedisServer implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String PASSWORD = "redis-canary-password";

    private static final String LOOPBACK = "127.0.0.1";

    private final RedisHost host;
    private final String folder;
    private final int port;
    private final List<String> arguments;
    private RedisHost.Running running;

    private RedisServer(RedisHost host, String folder, int port, List<String> options) {
        this.host = host;
        this.folder = folder;
        this.port = port;
        this.arguments = new ArrayList<>(options);
        arguments.addAll(List.of("--port", String.valueOf(port), "--bind", LOOPBACK, "--dir", folder));
        arguments.addAll(List.of("--requirepass", PASSWORD, "--masterauth", PASSWORD));
        this.running = host.launch(folder, arguments);
    }

    /** Starts a server that keeps what it is told, each write before it answers. */
    static RedisServer start(String... options) {
        List<String> all = new ArrayList<>(List.of("--save", "", "--appendonly", "yes", "--appendfsync", "always"));
        all.addAll(List.of(options));
        return start(all);
    }

    /** Starts a Sentinel, which watches nothing yet. */
    static RedisServer startSentinel() {
        return start(List.of("sentinel.conf", "--sentinel"));
    }

    private static RedisServer start(List<String> options) {
        RedisHost host = RedisHost.found();
        // Redis does not tell which port it took, so a free one is looked for first; another process may be faster.
        for (int attempt = 1; ; attempt++) {
            String folder = host.makeFolder();
            RedisServer server = new RedisServer(host, folder, host.takePort(), options);
            await("answer of Redis", () -> !server.running.isAlive() || server.answers());
            if (server.running.isAlive()) {
                return server;
            }
            if (attempt == 3) {
                throw new AssertionError("Redis ended: " + host.log(folder));
            }
            host.deleteFolder(folder);
        }
    }

    int port() {
        return port;
    }

    HostAndPort address() {
        return new HostAndPort(LOOPBACK, port);
    }

    /** A client with time-outs that suit a test; the caller closes it. */
    RedisClient client() {
        return client(port, PASSWORD);
    }

    static RedisClient client(int port, String password) {
        return RedisClient.builder()
                .hostAndPort(LOOPBACK, port)
                .clientConfig(config(password))
                .poolConfig(pool())
                .build();
    }

    static JedisClientConfig config(String password) {
        return DefaultJedisClientConfig.builder()
                .timeoutMillis(1_000)
                .password(password)
                .autoNegotiateProtocol(false)
                .build();
    }

    static ConnectionPoolConfig pool() {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setJmxEnabled(false);
        pool.setMaxWait(Duration.ofSeconds(1));
        return pool;
    }

    /** What this very server says, whatever part it plays. */
    <T> T ask(Function<Jedis, T> question) {
        try (Jedis jedis = new Jedis(address(), config(PASSWORD))) {
            return question.apply(jedis);
        }
    }

    /** As a machine that loses power: SIGKILL. */
    void kill() {
        running.signal("KILL");
        await("end of Redis", () -> !running.isAlive());
    }

    /** Starts it anew on the same port, with what it had written. */
    void restart() {
        running = host.launch(folder, arguments);
        await("answer of Redis", this::answers);
    }

    /** Connections stay open, and nothing is answered: SIGSTOP. */
    void freeze() {
        running.signal("STOP");
    }

    /** Goes on with what arrived meanwhile: SIGCONT. */
    void thaw() {
        running.signal("CONT");
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
        kill();
        host.deleteFolder(folder);
    }

    private boolean answers() {
        try {
            return ask(Jedis::ping).equals("PONG");
        } catch (JedisException notYet) {
            return false;
        }
    }
}
