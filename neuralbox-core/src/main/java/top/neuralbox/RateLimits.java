package top.neuralbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportResponse;

/**
 * The account's rate limits, from the header fields {@code X-RateLimit-…} of a response (wire contract, part B). They count
 * requests of the whole account, not of this client. A figure that was not reported, or cannot be read, is null. For an
 * account without limits the service may report none. Immutable.
 *
 * @since 0.1.0
 */
public final class RateLimits {

    /** Header fields by name. */
    @FunctionalInterface
    private interface Fields {
        @Nullable
        String first(String name);
    }

    private static final RateLimits UNKNOWN = new RateLimits(null, null, null, null, null);

    private final @Nullable Long hourlyLimit;
    private final @Nullable Long hourlyRemaining;
    private final @Nullable Long dailyLimit;
    private final @Nullable Long dailyRemaining;
    private final @Nullable Instant hourlyReset;

    private RateLimits(
            @Nullable Long hourlyLimit,
            @Nullable Long hourlyRemaining,
            @Nullable Long dailyLimit,
            @Nullable Long dailyRemaining,
            @Nullable Instant hourlyReset) {
        this.hourlyLimit = hourlyLimit;
        this.hourlyRemaining = hourlyRemaining;
        this.dailyLimit = dailyLimit;
        this.dailyRemaining = dailyRemaining;
        this.hourlyReset = hourlyReset;
    }

    /** The limits that a response reports. */
    static RateLimits of(TransportResponse response) {
        return of(response::header);
    }

    /** The limits that the header fields of a response report. */
    static RateLimits of(ResponseHeaders fields) {
        return of(fields::first);
    }

    private static RateLimits of(Fields fields) {
        RateLimits limits = new RateLimits(
                count(fields.first("X-RateLimit-Limit-Hour")),
                count(fields.first("X-RateLimit-Remaining-Hour")),
                count(fields.first("X-RateLimit-Limit-Day")),
                count(fields.first("X-RateLimit-Remaining-Day")),
                instant(fields.first("X-RateLimit-Reset-Hour")));
        return limits.equals(UNKNOWN) ? UNKNOWN : limits;
    }

    /** The limits before any response: no figure is known. */
    static RateLimits unknown() {
        return UNKNOWN;
    }

    /** Requests that the account may make in an hour; {@code X-RateLimit-Limit-Hour}. */
    public @Nullable Long hourlyLimit() {
        return hourlyLimit;
    }

    /** Requests left in this hour; {@code X-RateLimit-Remaining-Hour}. */
    public @Nullable Long hourlyRemaining() {
        return hourlyRemaining;
    }

    /** Requests that the account may make in a day; {@code X-RateLimit-Limit-Day}. */
    public @Nullable Long dailyLimit() {
        return dailyLimit;
    }

    /** Requests left on this day; {@code X-RateLimit-Remaining-Day}. */
    public @Nullable Long dailyRemaining() {
        return dailyRemaining;
    }

    /** When the count of the hour restarts, by the service's clock; {@code X-RateLimit-Reset-Hour}. */
    public @Nullable Instant hourlyReset() {
        return hourlyReset;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateLimits that
                && Objects.equals(hourlyLimit, that.hourlyLimit)
                && Objects.equals(hourlyRemaining, that.hourlyRemaining)
                && Objects.equals(dailyLimit, that.dailyLimit)
                && Objects.equals(dailyRemaining, that.dailyRemaining)
                && Objects.equals(hourlyReset, that.hourlyReset);
    }

    @Override
    public int hashCode() {
        return Objects.hash(hourlyLimit, hourlyRemaining, dailyLimit, dailyRemaining, hourlyReset);
    }

    @Override
    public String toString() {
        return "RateLimits[hour=" + told(hourlyRemaining) + " of " + told(hourlyLimit) + ", day=" + told(dailyRemaining)
                + " of " + told(dailyLimit) + ", hourlyReset=" + told(hourlyReset) + "]";
    }

    private static @Nullable Long count(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            long count = Long.parseLong(value.strip());
            return count < 0 ? null : count;
        } catch (NumberFormatException garbage) {
            return null;
        }
    }

    private static @Nullable Instant instant(@Nullable String unixSeconds) {
        Long seconds = count(unixSeconds);
        try {
            return seconds == null ? null : Instant.ofEpochSecond(seconds);
        } catch (DateTimeException beyondAllTime) {
            return null;
        }
    }

    private static Object told(@Nullable Object figure) {
        return figure == null ? "unknown" : figure;
    }
}
