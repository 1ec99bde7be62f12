package top.neuralbox.budget.redis;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Starts servers in one container, which has their ports under the same numbers as this machine: so a node that tells where
 * another one is tells the truth inside and outside.
 */
final class ContainerRedisHost extends RedisHost {

    private static final String IMAGE = System.getenv().getOrDefault("NEURALBOX_REDIS_IMAGE", "redis:7");
    private static final int PORTS = 40;

    /** Held here, for the logging framework forgets a logger that nobody holds, and its level with it. */
    private static final Logger LOGGER = Logger.getLogger("org.testcontainers");

    private final GenericContainer<?> container;
    private final Queue<Integer> ports;
    private final AtomicInteger folders = new AtomicInteger();

    private ContainerRedisHost(GenericContainer<?> container, List<Integer> ports) {
        this.container = container;
        this.ports = new ConcurrentLinkedQueue<>(ports);
    }

    /** Null if Docker does not answer, or does not get the image. */
    @SuppressWarnings("resource") // ends with this process
    static RedisHost ofDocker() {
        // Its own way to say no takes some twenty lines.
        LOGGER.setLevel(Level.OFF);
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return null;
            }
            List<Integer> ports =
                    Stream.generate(RedisHost::freePort).distinct().limit(PORTS).toList();
            GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(IMAGE));
            // The shell waits for the servers whose parents have ended, so that no zombie seems to be alive.
            container.withCreateContainerCmdModifier(command -> command.withEntrypoint(
                            "sh", "-c", "while :; do sleep 0.2; done")
                    .withExposedPorts(ports.stream().map(ExposedPort::tcp).toList())
                    .getHostConfig()
                    .withPortBindings(ports.stream()
                            .map(port -> new PortBinding(
                                    Ports.Binding.bindIpAndPort("127.0.0.1", port), ExposedPort.tcp(port)))
                            .toList()));
            container.start();
            Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
            return new ContainerRedisHost(container, ports);
        } catch (RuntimeException noContainer) {
            return null;
        } finally {
            LOGGER.setLevel(Level.WARNING);
        }
    }

    @Override
    String makeFolder() {
        String folder = "/tmp/neuralbox-redis-" + folders.incrementAndGet();
        run("mkdir " + folder + " && : > " + folder + "/sentinel.conf");
        return folder;
    }

    @Override
    void deleteFolder(String folder) {
        run("rm -rf " + folder);
    }

    /** Each in turn, so that one that was just given back rests for a while. */
    @Override
    int takePort() {
        int port = ports.remove();
        ports.add(port);
        return port;
    }

    @Override
    Running launch(String folder, List<String> arguments) {
        String quoted = arguments.stream().map(each -> "'" + each + "' ").reduce("", String::concat);
        // Docker reaches the container's own address, not its loopback.
        String command = quoted.replace("'--bind' '127.0.0.1'", "'--bind' '0.0.0.0'");
        run("cd " + folder + " && rm -f pid && redis-server " + command + "--daemonize yes --pidfile " + folder
                + "/pid --logfile " + folder + "/log && while ! [ -s pid ]; do sleep 0.1; done");
        return new Daemon(run("cat " + folder + "/pid").trim());
    }

    @Override
    String log(String folder) {
        return run("cat " + folder + "/log");
    }

    private String run(String script) {
        try {
            Container.ExecResult result = container.execInContainer("sh", "-c", script);
            if (result.getExitCode() != 0) {
                throw new AssertionError(script + ": " + result);
            }
            return result.getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private final class Daemon implements Running {

        private final String pid;

        private Daemon(String pid) {
            this.pid = pid;
        }

        @Override
        public boolean isAlive() {
            return !run("kill -0 " + pid + " 2> /dev/null || echo gone").contains("gone");
        }

        @Override
        public void signal(String name) {
            run("kill -" + name + " " + pid + (name.equals("KILL") ? " || true" : ""));
        }
    }
}
