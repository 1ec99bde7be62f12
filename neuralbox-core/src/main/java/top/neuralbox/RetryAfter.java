package top.neuralbox;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a server asks to be tried again (RFC 9110, section 10.2.3): never in the past, never more than a day ahead,
 * for a longer wait is no wait that a call could sit out.
 */
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final DateTimeFormatter IMF_FIXDATE = formatter("EEE, dd MMM uuuu HH:mm:ss 'GMT'");
    private static final DateTimeFormatter ASCTIME = formatter("EEE MMM ppd HH:mm:ss uuuu");
    /** A two-digit year that seems more than 50 years ahead is meant to lie in the past (RFC 9110, section 5.6.7). */
    private static final int YEARS_AHEAD = 50;

    private RetryAfter() {}

    /**
     * Reads the header field {@code Retry-After}.
     *
     * @param header the field's value: seconds or an HTTP date in one of its three forms
     * @param date the value of the response's own {@code Date} field, against which a date counts, so that two clocks that
     *     differ do no harm
     * @param now what a date counts against if {@code date} is missing or unreadable
     * @return zero for the past, a day at the most; null if the header is missing or unreadable
     */
    static @Nullable Duration of(@Nullable String header, @Nullable String date, Instant now) {
        if (header == null) {
            return null;
        }
        Duration wait = ofSeconds(header);
        if (wait != null) {
            return wait;
        }
        Instant when = httpDate(header, now);
        if (when == null) {
            return null;
        }
        Instant sent = date == null ? null : httpDate(date, now);
        return bounded(Duration.between(sent == null ? now : sent, when));
    }

    /** A number of seconds, fractions included. */
    static Duration ofSeconds(BigDecimal seconds) {
        if (seconds.signum() <= 0) {
            return Duration.ZERO;
        }
        if (seconds.compareTo(BigDecimal.valueOf(LONGEST.toSeconds())) >= 0) {
            return LONGEST;
        }
        return Duration.ofNanos(seconds.movePointRight(9).longValue());
    }

    /** Decimal digits as seconds, or null if the text is anything else. */
    static @Nullable Duration ofSeconds(String text) {
        String digits = text.strip();
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        long seconds = 0;
        for (int i = 0; i < digits.length() && seconds < LONGEST.toSeconds(); i++) {
            seconds = seconds * 10 + (digits.charAt(i) - '0');
        }
        return bounded(Duration.ofSeconds(seconds));
    }

    /** Reads an HTTP date (RFC 9110, section 5.6.7): IMF-fixdate, or the obsolete forms of RFC 850 and asctime. */
    private static @Nullable Instant httpDate(String text, Instant now) {
        String date = text.strip();
        try {
            int comma = date.indexOf(',');
            DateTimeFormatter form = comma < 0 ? ASCTIME : comma == 3 ? IMF_FIXDATE : rfc850(now);
            return LocalDateTime.parse(date, form).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static DateTimeFormatter rfc850(Instant now) {
        int latestYear = now.atOffset(ZoneOffset.UTC).getYear() + YEARS_AHEAD;
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, latestYear - 99)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.US);
    }

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US);
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
