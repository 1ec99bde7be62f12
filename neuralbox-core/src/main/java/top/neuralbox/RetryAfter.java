package top.neuralbox;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long a server asks to wait before a retry (RFC 9110, section 10.2.3): zero to one day, because no call could wait
 * longer.
 */
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofDays(1);
    /** The number of digits of a day in seconds. */
    private static final int LONGEST_DIGITS = 5;

    private static final int NANO_DIGITS = 9;
    private static final Set<String> BEYOND_ALL_CLOCKS = Set.of("nan", "infinity", "inf");
    /** A day of one digit is not in the form of the RFC, but Java's own formatter writes it so. */
    private static final DateTimeFormatter IMF_FIXDATE = formatter("EEE, d MMM uuuu HH:mm:ss 'GMT'");

    private static final DateTimeFormatter ASCTIME = formatter("EEE MMM ppd HH:mm:ss uuuu");
    /** A two-digit year that seems more than 50 years ahead means one in the past (RFC 9110, section 5.6.7). */
    private static final int YEARS_AHEAD = 50;

    private RetryAfter() {}

    /**
     * Reads the header field {@code Retry-After}.
     *
     * @param header the field's value: seconds or an HTTP date in one of its three forms
     * @param date the value of the response's own {@code Date} field. A date in {@code header} is compared with it, so that a
     *     difference between the two clocks does no harm
     * @param now replaces {@code date} if that is missing or unreadable
     * @return zero for a time in the past, at most a day; null if the header is missing or unreadable
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

    /**
     * Reads a number of seconds in any spelling: with a sign, a fraction or an exponent. A number too large for any clock, an
     * infinity or NaN becomes the longest wait, because a wait misread as none would make the client retry at once.
     *
     * @return null if the text is no number
     */
    static @Nullable Duration ofSeconds(String text) {
        String number = text.strip();
        boolean negative = number.startsWith("-");
        int at = negative || number.startsWith("+") ? 1 : 0;
        if (BEYOND_ALL_CLOCKS.contains(number.substring(at).toLowerCase(Locale.ROOT))) {
            return negative ? Duration.ZERO : LONGEST;
        }
        int exponentAt = Math.max(number.indexOf('e'), number.indexOf('E'));
        String mantissa = exponentAt < 0 ? number.substring(at) : number.substring(at, exponentAt);
        int point = mantissa.indexOf('.');
        String whole = point < 0 ? mantissa : mantissa.substring(0, point);
        String fraction = point < 0 ? "" : mantissa.substring(point + 1);
        if (whole.length() + fraction.length() == 0 || !areDigits(whole) || !areDigits(fraction)) {
            return null;
        }
        Long exponent = exponentAt < 0 ? Long.valueOf(0) : exponent(number.substring(exponentAt + 1));
        if (exponent == null) {
            return null;
        }
        return negative ? Duration.ZERO : seconds(whole + fraction, whole.length() + exponent);
    }

    /** The value of digits with a decimal point after the given number of them. Reads no more digits than can count. */
    private static Duration seconds(String digits, long beforePoint) {
        int first = 0;
        while (first < digits.length() && digits.charAt(first) == '0') {
            first++;
        }
        long places = beforePoint - first;
        if (first == digits.length() || places < -NANO_DIGITS) {
            return Duration.ZERO;
        }
        if (places > LONGEST_DIGITS) {
            return LONGEST;
        }
        String counting = digits.substring(first, Math.min(digits.length(), first + LONGEST_DIGITS + NANO_DIGITS));
        return ofSeconds(new BigDecimal(new BigInteger(counting), (int) (counting.length() - places)));
    }

    /** The exponent of a number, or null if it is none. A huge one is cut to a value that no number of digits can offset. */
    private static @Nullable Long exponent(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        if (digits.isEmpty() || !areDigits(digits)) {
            return null;
        }
        long exponent = 0;
        for (int i = 0; i < digits.length() && exponent < Integer.MAX_VALUE; i++) {
            exponent = exponent * 10 + (digits.charAt(i) - '0');
        }
        return negative ? -exponent : exponent;
    }

    private static boolean areDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
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
