package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Listens to every logger of the process at the finest level, from the first row to the end, for a planted key and a planted
 * proxy password. It leaves out the loggers of HttpClient that exist to print the bytes on the wire. SECURITY.md names them.
 */
final class SecretWatch extends Handler {

    static final String PROXY_PASSWORD = "canary-" + "password";

    private static final List<String> SECRETS = List.of(
            FaultRow.KEY.toLowerCase(Locale.ROOT),
            PROXY_PASSWORD,
            java.util.Base64.getEncoder()
                    .encodeToString(("user:" + PROXY_PASSWORD).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .toLowerCase(Locale.ROOT));
    /** Held here, for the logging framework forgets a logger that nobody holds, and its level with it. */
    private static final List<Logger> WIRE = List.of(
            Logger.getLogger("org.apache.hc.client5.http.wire"),
            Logger.getLogger("org.apache.hc.client5.http.headers"),
            Logger.getLogger("org.apache.hc.client5.http2.frame"),
            Logger.getLogger("org.apache.hc.client5.http2.frame.payload"));

    private static final SecretWatch ALL = new SecretWatch();

    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    private SecretWatch() {
        setLevel(Level.ALL);
        WIRE.forEach(logger -> logger.setLevel(Level.OFF));
        Logger root = Logger.getLogger("");
        root.setLevel(Level.ALL);
        root.addHandler(this);
    }

    /** Listens from now on. Idempotent. */
    static void begin() {
        assertThat(ALL).isNotNull();
    }

    static void assertNothingLeaked() {
        assertThat(ALL.leaks).as("log lines with a secret").isEmpty();
        Thread.getAllStackTraces()
                .keySet()
                .forEach(thread -> assertThat(isSecret(thread.getName()))
                        .as(thread.getName())
                        .isFalse());
    }

    /** Whether a text holds the key or the proxy's password, in any case of letters. */
    static boolean isSecret(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return SECRETS.stream().anyMatch(lower::contains);
    }

    /** The names of all loggers that have said something. */
    static Set<String> heard() {
        return ALL.heard;
    }

    @Override
    public void publish(LogRecord entry) {
        heard.add(String.valueOf(entry.getLoggerName()));
        String line = new SimpleFormatter().formatMessage(entry)
                + (entry.getThrown() == null ? "" : Traces.of(entry.getThrown()));
        if (isSecret(line)) {
            leaks.add(entry.getLoggerName() + ": " + line);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
