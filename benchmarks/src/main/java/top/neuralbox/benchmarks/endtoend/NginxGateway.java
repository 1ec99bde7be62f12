package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** A real nginx, with a worker for each processor, that passes each chunk on when it comes. */
final class NginxGateway implements RunningGateway, Meter {

    private final Process process;
    private final int port;

    private NginxGateway(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where the program is; empty if it is not on the path, nor where Debian has it. */
    static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static NginxGateway start(int servicePort) throws IOException {
        Path folder = Files.createTempDirectory("nginx");
        int port = freePort();
        Path config = Files.writeString(folder.resolve("nginx.conf"), config(folder, port, servicePort));
        Process process = new ProcessBuilder(
                        program().orElseThrow().toString(),
                        "-e",
                        "stderr",
                        "-p",
                        folder.toString(),
                        "-c",
                        config.toString())
                .start();
        awaitWorkers(process);
        return new NginxGateway(process, port);
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Meter meter() {
        return this;
    }

    /** Ends the workers too. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    @Override
    public long cpuNanos() {
        return sum(LinuxProcess::firstThreadNanos);
    }

    @Override
    public long compilerNanos() {
        return 0;
    }

    @Override
    public int threads() {
        return (int) sum(pid -> 1);
    }

    @Override
    public long usedHeap() {
        return 0;
    }

    @Override
    public long resident() {
        return sum(LinuxProcess::resident);
    }

    @Override
    public long allocated() {
        return 0;
    }

    private long sum(ToLongFunction<Long> figure) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(handle -> figure.applyAsLong(handle.pid()))
                .sum();
    }

    /** nginx does not take a port of 0. */
    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static String config(Path folder, int port, int servicePort) {
        return String.join(
                "\n",
                "daemon off;",
                "worker_processes auto;",
                "worker_rlimit_nofile 20000;",
                "pid " + folder.resolve("pid") + ";",
                "error_log stderr notice;",
                "events { worker_connections 8192; }",
                "http {",
                "    access_log off;",
                "    client_body_temp_path " + folder.resolve("requests") + ";",
                "    proxy_temp_path " + folder.resolve("responses") + ";",
                "    server {",
                "        listen 127.0.0.1:" + port + " backlog=4096;",
                "        location / {",
                "            proxy_pass http://127.0.0.1:" + servicePort + ";",
                "            proxy_http_version 1.1;",
                "            proxy_set_header Connection \"\";",
                "            proxy_buffering off;",
                "            proxy_read_timeout 1h;",
                "        }",
                "    }",
                "}",
                "");
    }

    /** The log is read to its end, so that nginx never waits to write to it. */
    private static void awaitWorkers(Process process) throws IOException {
        BufferedReader log = process.errorReader(UTF_8);
        StringBuilder before = new StringBuilder();
        for (String line = log.readLine(); ; line = log.readLine()) {
            if (line == null) {
                throw new IOException("nginx did not start" + before);
            }
            before.append(System.lineSeparator()).append("    ").append(line);
            if (line.contains("start worker process ")) {
                break;
            }
        }
        Thread rest = new Thread(() -> drain(log), "nginx-log");
        rest.setDaemon(true);
        rest.start();
    }

    private static void drain(BufferedReader log) {
        try {
            while (log.readLine() != null) {
                // Until nginx has ended.
            }
        } catch (IOException closed) {
            return;
        }
    }
}
