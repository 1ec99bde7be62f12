package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class path with another engine is told in one sentence, from the files that Vert.x and Netty ship. */
class EngineVersionsTest {

    @TempDir
    Path classPath;

    @Test
    void versionsOfThisClassPathServe() {
        assertThatCode(EngineVersions::require).doesNotThrowAnyException();

        EngineVersions found = EngineVersions.of(EngineVersions.class.getClassLoader());
        assertThat(found.vertx()).startsWith("5.");
        assertThat(found.netty()).containsKeys("netty-common", "netty-codec-http", "netty-handler");
    }

    @Test
    void vertx4IsRefused() throws Exception {
        assertThatThrownBy(() -> check("4.5.14", "netty-common 4.1.118.Final"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The Vert.x transport needs Vert.x 5 with Netty 4.2, but finds Vert.x 4.5.14 with Netty"
                        + " 4.1.118.Final; align them with dependency management, or use another transport.");
    }

    @Test
    void olderNettyBesideVertx5IsRefused() throws Exception {
        assertThatThrownBy(() -> check("5.2.3", "netty-common 4.1.118.Final", "netty-handler 4.1.118.Final"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Vert.x 5.2.3 with Netty 4.1.118.Final");
    }

    @Test
    void mixOfNettyVersionsIsRefusedAndListed() throws Exception {
        assertThatThrownBy(() -> check("5.2.3", "netty-common 4.2.20.Final", "netty-handler 4.1.118.Final"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("netty-common=4.2.20.Final")
                .hasMessageContaining("netty-handler=4.1.118.Final");
    }

    @Test
    void jarsOfNettyWithANumberingOfTheirOwnDoNotCount() throws Exception {
        assertThatCode(() -> check("5.2.3", "netty-common 4.2.20.Final", "netty-tcnative-classes 2.0.85.Final"))
                .doesNotThrowAnyException();
    }

    /** Shaded class paths may have lost the files; then the engine has to speak for itself. */
    @Test
    void unknownVersionsPass() throws Exception {
        assertThatCode(() -> check(null)).doesNotThrowAnyException();
    }

    private void check(String vertx, String... nettyJars) throws Exception {
        List<URL> jars = new ArrayList<>();
        if (vertx != null) {
            jars.add(jar("vertx-core", "META-INF/vertx/vertx-version.txt", vertx + "\n"));
        }
        for (String jar : nettyJars) {
            String[] nameAndVersion = jar.split(" ", 2);
            String properties = nameAndVersion[0] + ".version=" + nameAndVersion[1] + "\n" + nameAndVersion[0]
                    + ".repoStatus=clean\n";
            jars.add(jar(nameAndVersion[0], "META-INF/io.netty.versions.properties", properties));
        }
        try (URLClassLoader loader = new URLClassLoader(jars.toArray(URL[]::new), null)) {
            EngineVersions.of(loader).check();
        }
    }

    private URL jar(String name, String file, String content) throws Exception {
        Path path = classPath.resolve(name).resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        return classPath.resolve(name).toUri().toURL();
    }
}
