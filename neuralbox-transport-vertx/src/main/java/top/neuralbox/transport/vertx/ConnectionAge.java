package top.neuralbox.transport.vertx;

import java.time.Duration;
import java.util.List;

/**
 * Until when a connection takes further calls. Connections are renewed, so that a change of the name's addresses is
 * followed; and a server closes those that are idle, so that a request which is written at that moment is lost. Thread-safe.
 */
final class ConnectionAge {

    /** Open streams are left alone. */
    static final Duration MOST = Duration.ofMinutes(5);

    /** Servers and load balancers commonly drop an idle connection after a minute: be earlier, and do not lose the race. */
    static final Duration MOST_IDLE = Duration.ofSeconds(30);

    /** How much earlier than the server says: its clock has started by the time its answer arrives. */
    static final Duration MARGIN = Duration.ofSeconds(1);

    private static final String TIMEOUT = "timeout";
    private static final int MOST_DIGITS = 6;

    private final long opened;

    /** Whether a call has a response on it that it has not taken over whole. */
    private volatile boolean taken;

    private volatile boolean idle;
    private volatile long idleSince;
    private volatile long patience = MOST_IDLE.toNanos();

    /** @param now the time of {@link System#nanoTime} */
    ConnectionAge(long now) {
        this.opened = now;
    }

    /** A call writes its request. For connections of HTTP/1.1. */
    void taken() {
        idle = false;
        taken = true;
    }

    /** The call has its whole response. */
    void givenBack(long now) {
        idleSince = now;
        idle = true;
        taken = false;
    }

    boolean isTaken() {
        return taken;
    }

    /** Heeds what the server says of idle connections (RFC 9112, section 9.3, and the field's own RFC 2068, 19.7.1). */
    void keepAlive(List<String> fields) {
        for (String field : fields) {
            long seconds = timeoutOf(field);
            if (seconds >= 0) {
                patience = Math.min(
                        MOST_IDLE.toNanos(),
                        Duration.ofSeconds(seconds).minus(MARGIN).toNanos());
            }
        }
    }

    boolean isSpent(long now) {
        return now - opened > MOST.toNanos() || (idle && now - idleSince > patience);
    }

    /** The value of the parameter {@code timeout}; -1 if there is none. */
    private static long timeoutOf(String field) {
        for (String parameter : field.split(",", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase(TIMEOUT)) {
                String digits = parameter.substring(equals + 1).strip();
                if (!digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    return Long.parseLong(digits.substring(0, Math.min(digits.length(), MOST_DIGITS)));
                }
            }
        }
        return -1;
    }
}
