package top.neuralbox.budget.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Where the tests start a {@code redis-server}: on this machine, if it has one; else in a container, if Docker answers and has
 * the image; else on this machine with the binary that a jar brings. Each server is a process that can be killed and frozen.
 */
abstract class RedisHost {

    private static final RedisHost FOUND = find();

    /** The first that works; skips the test where there is none, unless the environment says NEURALBOX_REQUIRE_REDIS. */
    static RedisHost found() {
        if (FOUND == null && System.getenv("NEURALBOX_REQUIRE_REDIS") != null) {
            throw new AssertionError("no redis-server, and NEURALBOX_REQUIRE_REDIS says that there must be one");
        }
        Assumptions.assumeTrue(
                FOUND != null, "no redis-server on the path, in Docker, or for this platform in the jar");
        return FOUND;
    }

    /** One server while it runs. */
    interface Running {

        boolean isAlive();

        /** Sends a signal: KILL, STOP or CONT. */
        void signal(String name);
    }

    /** Makes an empty folder for one server, with an empty file {@code sentinel.conf}. */
    abstract String makeFolder();

    abstract void deleteFolder(String folder);

    /** A port that is free on 127.0.0.1, while that 10,000 above it, the bus of a cluster, is free too. */
    abstract int takePort();

    /** Starts a server in a folder; what it says goes to the file {@code log} there. */
    abstract Running launch(String folder, List<String> arguments);

    abstract String log(String folder);

    /** Another process may take the port before the server does. */
    static int freePort() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                int port = socket.getLocalPort();
                if (port <= 55_535) {
                    new ServerSocket(port + 10_000, 1, socket.getInetAddress()).close();
                    return port;
                }
            } catch (java.net.BindException taken) {
                // The next one may be free.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static RedisHost find() {
        // Names one of the three, to try it on a machine where an earlier one is found.
        String wanted = System.getProperty("neuralbox.redis.host", "");
        String command = System.getProperty("neuralbox.redis.server", "redis-server");
        RedisHost found = null;
        if (wanted.isEmpty() || wanted.equals("path")) {
            found = LocalRedisHost.of(command);
        }
        if (found == null && (wanted.isEmpty() || wanted.equals("docker"))) {
            found = ContainerRedisHost.ofDocker();
        }
        if (found == null && (wanted.isEmpty() || wanted.equals("jar"))) {
            found = LocalRedisHost.ofJar();
        }
        return found;
    }
}
