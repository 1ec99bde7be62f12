package top.neuralbox.testkit.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the requests in the current hour and day of UTC. Thread-safe. */
final class RateLimit {

    private final long perHour;
    private final long perDay;
    private final Clock clock;

    private Instant hour = Instant.MIN;
    private Instant day = Instant.MIN;
    private long thisHour;
    private long today;

    RateLimit(long perHour, long perDay, Clock clock) {
        this.perHour = perHour;
        this.perDay = perDay;
        this.clock = clock;
    }

    /**
     * Takes one request off the limits, if one is left.
     *
     * @throws Refusal with the seconds until the next hour, or until the next day if the day's limit is used up
     */
    synchronized void take() throws Refusal {
        Instant now = roll();
        if (today >= perDay) {
            throw refusal(now, day.plus(1, ChronoUnit.DAYS));
        }
        if (thisHour >= perHour) {
            throw refusal(now, hour.plus(1, ChronoUnit.HOURS));
        }
        thisHour++;
        today++;
    }

    /** The header fields of every answer. */
    synchronized Map<String, String> headers() {
        roll();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-RateLimit-Limit-Hour", Long.toString(perHour));
        headers.put("X-RateLimit-Remaining-Hour", Long.toString(perHour - thisHour));
        headers.put("X-RateLimit-Limit-Day", Long.toString(perDay));
        headers.put("X-RateLimit-Remaining-Day", Long.toString(perDay - today));
        headers.put(
                "X-RateLimit-Reset-Hour",
                Long.toString(hour.plus(1, ChronoUnit.HOURS).getEpochSecond()));
        return headers;
    }

    private Instant roll() {
        Instant now = clock.instant();
        Instant thatHour = now.truncatedTo(ChronoUnit.HOURS);
        if (!thatHour.equals(hour)) {
            hour = thatHour;
            thisHour = 0;
        }
        Instant thatDay = now.truncatedTo(ChronoUnit.DAYS);
        if (!thatDay.equals(day)) {
            day = thatDay;
            today = 0;
        }
        return now;
    }

    private Refusal refusal(Instant now, Instant reset) {
        // Rounded up: a caller that waits that long must not be refused again.
        long seconds = Math.max(
                1, Duration.between(now, reset).plusSeconds(1).minusNanos(1).toSeconds());
        return Refusal.rateLimited(seconds).with("limit_hour", perHour).with("limit_day", perDay);
    }
}
