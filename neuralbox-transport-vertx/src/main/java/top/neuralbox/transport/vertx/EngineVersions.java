package top.neuralbox.transport.vertx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The versions of Vert.x and Netty on the class path, read from files that both ship. With them a mismatch is one sentence at
 * creation, and not a {@link NoClassDefFoundError} in the middle of a call. Loads no class of either.
 */
record EngineVersions(@Nullable String vertx, Map<String, String> netty) {

    private static final String VERTX_FILE = "META-INF/vertx/vertx-version.txt";
    private static final String NETTY_FILE = "META-INF/io.netty.versions.properties";
    private static final String NETTY_SUFFIX = ".version";

    /**
     * Returns if the versions on the class path can be used.
     *
     * @throws IllegalStateException if they cannot; the message names them
     */
    static void require() {
        ClassLoader loader = EngineVersions.class.getClassLoader();
        of(loader == null ? ClassLoader.getSystemClassLoader() : loader).check();
    }

    static EngineVersions of(ClassLoader loader) {
        try {
            return new EngineVersions(vertxVersion(loader), nettyVersions(loader));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void check() {
        boolean vertxServes = vertx == null || vertx.startsWith("5.");
        boolean nettyServes = netty.values().stream().allMatch(version -> version.startsWith("4.2."));
        if (!vertxServes || !nettyServes) {
            throw new IllegalStateException("The Vert.x transport needs Vert.x 5 with Netty 4.2, but finds Vert.x "
                    + (vertx == null ? "of an unknown version" : vertx) + " with Netty " + found()
                    + "; align them with dependency management, or use another transport.");
        }
    }

    private String found() {
        if (netty.isEmpty()) {
            return "of an unknown version";
        }
        long distinct = netty.values().stream().distinct().count();
        return distinct == 1 ? netty.values().iterator().next() : netty.toString();
    }

    private static @Nullable String vertxVersion(ClassLoader loader) throws IOException {
        URL file = loader.getResource(VERTX_FILE);
        if (file == null) {
            return null;
        }
        try (InputStream in = file.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    /** Each Netty jar names its own version, so that a mixed class path is detected. */
    private static Map<String, String> nettyVersions(ClassLoader loader) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        for (URL file : Collections.list(loader.getResources(NETTY_FILE))) {
            Properties properties = new Properties();
            try (InputStream in = file.openStream()) {
                properties.load(in);
            }
            for (String key : properties.stringPropertyNames()) {
                if (key.endsWith(NETTY_SUFFIX) && isNettyItself(key)) {
                    versions.merge(
                            key.substring(0, key.length() - NETTY_SUFFIX.length()),
                            properties.getProperty(key),
                            (first, second) -> first.compareTo(second) <= 0 ? first : second);
                }
            }
        }
        return versions;
    }

    /** Leaves out jars with other version numbers, such as {@code netty-tcnative}. */
    private static boolean isNettyItself(String key) {
        return key.startsWith("netty-") && !key.startsWith("netty-tcnative") && !key.startsWith("netty-incubator");
    }
}
