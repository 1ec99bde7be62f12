package top.neuralbox.transport.vertx;

import java.time.Duration;
import java.util.List;

/**
 * The age and idle time of a connection, which decide whether it takes further calls. An old connection is replaced, so that
 * calls follow a change of the name's addresses. An idle connection is replaced because a server may close it, and a request
 * that is written at that moment is lost. Thread-safe.
 */
final class ConnectionAge {

    /** The age from which a connection takes no further calls. Open streams stay. */
    static final Duration MOST = Duration.ofMinutes(5);

    /**
     * The longest idle time. Servers and load balancers commonly close an idle connection after a minute, so we must be
     * earlier.
     */
    static final Duration MOST_IDLE = Duration.ofSeconds(30);

    /** The time by which we are earlier than the server says, because its clock starts before its response arrives. */
    static final Duration MARGIN = Duration.ofSeconds(1);

    private static final String TIMEOUT = "timeout";
    private static final int MOST_DIGITS = 6;

    private final long opened;

    /** Whether a call uses the connection and has not yet received its whole response. */
    private volatile boolean taken;

    private volatile boolean idle;
    private volatile long idleSince;
    private volatile long patience = MOST_IDLE.toNanos();

    /** @param now the time of {@link System#nanoTime} */
    ConnectionAge(long now) {
        this.opened = now;
    }

    /** A call writes its request. For HTTP/1.1 connections. */
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

    /**
     * Follows the server's limit for idle connections (RFC 9112, section 9.3; for the field itself RFC 2068, section 19.7.1).
     */
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
