package top.neuralbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Builds the client's {@code User-Agent} field: library, version, transport and Java version. */
final class UserAgent {

    private static final String VERSION = version();

    private UserAgent() {}

    static String of(String transport) {
        return "neuralbox-java/" + VERSION + " (" + transport + "; Java "
                + Runtime.version().feature() + ")";
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file = UserAgent.class.getResourceAsStream("version.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
