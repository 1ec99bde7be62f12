package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import top.neuralbox.testkit.Gate;

/** What the wrapper says before Maven runs the demo. */
class WrapperTest {

    @TempDir
    private Path folder;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there it is mvnw.cmd")
    void saysWhatIsFetchedBeforeTheFirstByteOfItHasArrived() throws Exception {
        Gate gate = new Gate();
        HttpServer repository = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        repository.createContext("/", exchange -> {
            gate.await();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        repository.start();
        Process wrapper = wrapper("http://127.0.0.1:" + repository.getAddress().getPort());
        try (BufferedReader printed = wrapper.inputReader()) {
            CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> line(printed));

            assertThat(line.get(10, TimeUnit.SECONDS))
                    .startsWith("Fetching Maven and the libraries that are not here yet");
        } finally {
            gate.open();
            wrapper.destroy();
            repository.stop(0);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there it is mvnw.cmd")
    void saysNothingOfItsOwnIfMavenAndTheClassesAreHere() throws Exception {
        mavenIsHere();
        Files.createDirectories(folder.resolve(Path.of("examples", "target", "classes")));
        try (BufferedReader printed = wrapper("http://127.0.0.1:1").inputReader()) {
            assertThat(printed.lines()).containsExactly("Maven runs with -q -Pdemo");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there it is mvnw.cmd")
    void saysThatItCompilesIfOnlyMavenIsHere() throws Exception {
        mavenIsHere();
        try (BufferedReader printed = wrapper("http://127.0.0.1:1").inputReader()) {
            assertThat(printed.lines())
                    .hasSize(2)
                    .first()
                    .asString()
                    .endsWith("then compiling. The first run takes about half a minute ...");
        }
    }

    /** A Maven that prints how it was called, in the folder that the wrapper names after the hash of the address. */
    private void mavenIsHere() throws IOException {
        String properties = Files.readString(Path.of("..", ".mvn", "wrapper", "maven-wrapper.properties"));
        String url = properties
                .lines()
                .filter(line -> line.startsWith("distributionUrl="))
                .map(line -> "http://127.0.0.1:1"
                        + line.substring(line.indexOf("/org/apache/maven/")).strip())
                .findFirst()
                .orElseThrow();
        String version = url.substring(url.lastIndexOf('/') + 1).replace("-bin.zip", "");
        Path bin = folder.resolve(
                Path.of("home", "wrapper", "dists", version, Integer.toHexString(url.hashCode()), "bin"));
        Files.createDirectories(bin);
        Path maven = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\necho \"Maven runs with $*\"\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
    }

    private Process wrapper(String repository) throws IOException {
        Path properties = Path.of(".mvn", "wrapper", "maven-wrapper.properties");
        Files.createDirectories(folder.resolve(properties).getParent());
        Files.copy(Path.of("..").resolve(properties), folder.resolve(properties));
        Files.copy(Path.of("..", "mvnw"), folder.resolve("mvnw"));
        ProcessBuilder wrapper = new ProcessBuilder("sh", "mvnw", "-q", "-Pdemo")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        wrapper.environment().put("MAVEN_USER_HOME", folder.resolve("home").toString());
        wrapper.environment().put("MVNW_REPOURL", repository);
        return wrapper.start();
    }

    private static String line(BufferedReader printed) {
        try {
            return printed.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
