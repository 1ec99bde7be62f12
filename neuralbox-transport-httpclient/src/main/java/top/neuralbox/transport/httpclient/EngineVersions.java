package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Version;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Checks the version of HttpClient on the class path, without loading any of its classes. */
final class EngineVersions {

    private static final String CLIENT = "org/apache/hc/client5/version.properties";
    private static final String CORE = "org/apache/hc/core5/version.properties";

    /** The tested pairs: HttpClient 5.5.1 with HttpCore 5.3.6, and 5.6.5 with 5.4.4. */
    private static final Version OLDEST_CLIENT = Version.parse("5.5.1");

    private static final Version OLDEST_CORE = Version.parse("5.3.6");

    private EngineVersions() {}

    /** @throws IllegalStateException if the engine is absent or too old */
    static void requireSupported() {
        requireSupported(release(CLIENT), release(CORE));
    }

    /** As {@link #requireSupported()}, for two releases. Null means that one is absent. */
    static void requireSupported(@Nullable String client, @Nullable String core) {
        if (olderThan(OLDEST_CLIENT, client) || olderThan(OLDEST_CORE, core)) {
            throw new IllegalStateException(sentence(client, core));
        }
    }

    /** The exception for classes of the engine that do not fit together. */
    static IllegalStateException unusable(LinkageError cause) {
        return new IllegalStateException(sentence(release(CLIENT), release(CORE)), cause);
    }

    private static String sentence(@Nullable String client, @Nullable String core) {
        return "The NeuralBox transport httpclient needs httpclient5 5.5.1 or a later 5.x, with its own httpcore5. Found:"
                + " httpclient5 " + (client == null ? "none" : client) + ", httpcore5 " + (core == null ? "none" : core)
                + ".";
    }

    private static boolean olderThan(Version oldest, @Nullable String release) {
        return release == null || Version.parse(release).compareTo(oldest) < 0;
    }

    private static @Nullable String release(String resource) {
        ClassLoader loader = EngineVersions.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(resource)) {
            if (in == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("info.release");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
