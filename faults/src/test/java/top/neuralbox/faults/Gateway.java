package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A real proxy in a container, with TLS and HTTP/2 towards the client. It stands before the server of this process that was
 * named last. One container serves all rows and lives until the process ends.
 */
enum Gateway {
    NGINX("nginx:1.27", "/status", "nginx.conf", "nginx", "-c", "/tmp/nginx.conf", "-g", "daemon off;") {

        private static final Pattern CONNECTIONS = Pattern.compile("Active connections: (\\d+)");
        private static final Pattern WRITING = Pattern.compile("Writing: (\\d+)");

        /** Without the one that asks. */
        @Override
        long connections(String status) {
            return sum(CONNECTIONS, status) - 1;
        }

        /** Without the one that asks. */
        @Override
        long requests(String status) {
            return sum(WRITING, status) - 1;
        }
    },
    HAPROXY("haproxy:3.0", "/status;csv", "haproxy.cfg", "haproxy", "-f", "/tmp/haproxy.cfg") {

        private static final Pattern CONNECTIONS = Pattern.compile("(?m)^gateway,FRONTEND,,,(\\d+),");
        private static final Pattern REQUESTS = Pattern.compile("(?m)^[a-z-]+,BACKEND,\\d+,\\d+,(\\d+),");

        @Override
        long connections(String status) {
            return sum(CONNECTIONS, status);
        }

        @Override
        long requests(String status) {
            return sum(REQUESTS, status);
        }
    };

    private static final int TLS_PORT = 8443;
    private static final int STATUS_PORT = 8080;
    /** What Docker calls the machine from within a container; on Linux only if it is told to. */
    private static final String HOST = "host.docker.internal";

    private final String image;
    private final String status;
    private final String configuration;
    private final String[] command;
    private HostRelay relay;
    private GenericContainer<?> container;

    /** @param image taken unless the environment names another one, as in {@code NEURALBOX_NGINX_IMAGE} */
    Gateway(String image, String status, String configuration, String... command) {
        this.image = image;
        this.status = status;
        this.configuration = configuration;
        this.command = command;
    }

    /** The root of one way through this proxy to a server on a port of 127.0.0.1. */
    synchronized URI uri(String way, int port) {
        start();
        relay.target(port);
        return URI.create("https://127.0.0.1:" + container.getMappedPort(TLS_PORT) + "/" + way);
    }

    /** How many connections clients have with it. */
    long connections() {
        return connections(status());
    }

    /** How many requests it is about to answer. */
    long requests() {
        return requests(status());
    }

    /** What it has logged so far. */
    String log() {
        return container.getLogs();
    }

    /** Runs a program beside it. */
    void run(String... program) {
        try {
            assertThat(container.execInContainer(program).getExitCode()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    abstract long connections(String status);

    abstract long requests(String status);

    private static long sum(Pattern count, String status) {
        Matcher found = count.matcher(status);
        long sum = 0;
        while (found.find()) {
            sum += Long.parseLong(found.group(1));
        }
        return sum;
    }

    private void start() {
        if (container != null) {
            return;
        }
        relay = new HostRelay(addressForContainers());
        String text = resource().replace("SERVICE_PORT", String.valueOf(relay.port()));
        @SuppressWarnings("resource")
        GenericContainer<?> made = new GenericContainer<>(
                        DockerImageName.parse(System.getenv().getOrDefault("NEURALBOX_" + name() + "_IMAGE", image)))
                .withExtraHost(HOST, "host-gateway")
                .withCopyToContainer(Transferable.of(text), "/tmp/" + configuration)
                .withCopyToContainer(Transferable.of(Certificates.serverPem()), "/tmp/gateway.pem")
                .withExposedPorts(TLS_PORT, STATUS_PORT)
                .withCommand(command)
                .waitingFor(Wait.forHttp("/status").forPort(STATUS_PORT));
        made.start();
        container = made;
    }

    /**
     * The machine's end of Docker's bridge; where that is in a virtual machine, Docker reaches our loopback address. Asked
     * of the machine: a Docker that was never started before does not tell the gateway of its bridge (20.10).
     */
    private static InetAddress addressForContainers() {
        String bridge = DockerClientFactory.instance()
                .client()
                .inspectNetworkCmd()
                .withNetworkId("bridge")
                .exec()
                .getOptions()
                .get("com.docker.network.bridge.name");
        try {
            NetworkInterface end = bridge == null ? null : NetworkInterface.getByName(bridge);
            return end == null
                    ? InetAddress.getLoopbackAddress()
                    : end.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .findFirst()
                            .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String status() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://127.0.0.1:" + container.getMappedPort(STATUS_PORT) + status)
                            .toURL()
                            .openConnection();
            connection.setRequestProperty("Connection", "close");
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String resource() {
        try (InputStream in = Gateway.class.getResourceAsStream(configuration)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
