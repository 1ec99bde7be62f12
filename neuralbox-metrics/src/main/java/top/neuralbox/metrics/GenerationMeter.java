package top.neuralbox.metrics;

import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/**
 * The meters that {@link NeuralBoxMetrics} registers under its own naming. The code registers them from this list, which is
 * also their documentation. Each meter has the tags {@code client} and {@code transport}. Each meter that is not of the account
 * also has {@code model} and {@code tenant}, if their allow-lists are given.
 *
 * @since 0.1.0
 */
public enum GenerationMeter {
    /** Generations requested, counted before anything is sent. */
    STARTED(
            "generations.started",
            Meter.Type.COUNTER,
            null,
            "Generations requested, counted before anything is sent",
            null),
    /** From the call to its end, by outcome: completed, failed, cancelled or truncated. */
    DURATION(
            "generation.duration",
            Meter.Type.TIMER,
            "seconds",
            "From the call to its end, by outcome: completed, failed, cancelled or truncated",
            "outcome",
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            20,
            30,
            60,
            120,
            300,
            600),
    /** Generations that failed, were truncated, or ended because the client was closed, by kind of error. */
    ERRORS(
            "generation.errors",
            Meter.Type.COUNTER,
            null,
            "Generations that failed, were truncated, or ended because the client was closed, by kind of error",
            "error.type"),
    /** Generations in flight: how many, and how old the oldest is. */
    ACTIVE(
            "generation.active",
            Meter.Type.LONG_TASK_TIMER,
            "seconds",
            "Generations in flight: how many, and how old the oldest is",
            null),
    /** Generations that wait for their admission: how many, and how long the oldest has waited. */
    QUEUED(
            "generation.queued",
            Meter.Type.LONG_TASK_TIMER,
            "seconds",
            "Generations that wait for their admission: how many, and how long the oldest has waited",
            null),
    /** How long generations waited for their admission, including those that left without it. */
    TIME_QUEUED(
            "time.queued",
            Meter.Type.TIMER,
            "seconds",
            "How long generations waited for their admission, including those that left without it",
            null,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2,
            5,
            10,
            30,
            60),
    /** From the call to the response head of status 200, including waits and refused attempts. */
    TIME_TO_HEADERS(
            "time.to.headers",
            Meter.Type.TIMER,
            "seconds",
            "From the call to the response head of status 200, including waits and refused attempts",
            null,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2,
            5,
            10,
            30,
            60),
    /** From the call to the arrival of the first content delta. */
    TIME_TO_FIRST_DELTA(
            "time.to.first.delta",
            Meter.Type.TIMER,
            "seconds",
            "From the call to the arrival of the first content delta",
            null,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2,
            5,
            10,
            30,
            60),
    /** The worst stall of each generation: its longest time between two deltas, if it had two. */
    LONGEST_DELTA_GAP(
            "delta.gap.longest",
            Meter.Type.TIMER,
            "seconds",
            "The worst stall of each generation: its longest time between two deltas, if it had two",
            null,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            30),
    /** Each time between the arrivals of two deltas; opt-in. */
    DELTA_GAP(
            "delta.gap",
            Meter.Type.TIMER,
            "seconds",
            "Each time between the arrivals of two deltas; opt-in",
            null,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            30),
    /** Content deltas that arrived. */
    DELTAS("deltas", Meter.Type.COUNTER, null, "Content deltas that arrived", null),
    /** Text that arrived, in UTF-16 units. */
    CONTENT("content", Meter.Type.COUNTER, "characters", "Text that arrived, in UTF-16 units", null),
    /** Bytes of the event streams that were decoded. */
    RECEIVED("received", Meter.Type.COUNTER, "bytes", "Bytes of the event streams that were decoded", null),
    /** Credits that the service said it charged. */
    USAGE("usage", Meter.Type.COUNTER, "credits", "Credits that the service said it charged", null),
    /** Credits charged for each generation whose price is known. */
    GENERATION_USAGE(
            "generation.usage",
            Meter.Type.DISTRIBUTION_SUMMARY,
            "credits",
            "Credits charged for each generation whose price is known",
            null,
            1,
            5,
            10,
            50,
            100,
            500,
            1_000,
            5_000,
            10_000),
    /** Generations that may have been charged, but whose charge is not known: above all cancelled ones. */
    UNMETERED(
            "generations.unmetered",
            Meter.Type.COUNTER,
            null,
            "Generations that may have been charged, but whose charge is not known: above all cancelled ones",
            null),
    /** Credits left on the account, as the last answer that arrived reported; absent before the first. */
    BALANCE(
            "balance",
            Meter.Type.GAUGE,
            "credits",
            "Credits left on the account, as the last answer that arrived reported; absent before the first",
            null),
    /** The time since the balance was last reported. The balance may have changed since. */
    BALANCE_AGE(
            "balance.age",
            Meter.Type.GAUGE,
            "seconds",
            "Time since the balance was last reported; it may have changed since",
            null),
    /** Requests that the account has left, by window, as the last answer that arrived reported; absent before the first. */
    REQUESTS_LEFT(
            "requests.left",
            Meter.Type.GAUGE,
            null,
            "Requests that the account has left, by hour and day, as the last answer that arrived reported; absent before the first",
            "window"),
    /** Requests that the account may send, by window, as the last answer that arrived reported; absent before the first. */
    REQUESTS_LIMIT(
            "requests.limit",
            Meter.Type.GAUGE,
            null,
            "Requests that the account may send, by hour and day, as the last answer that arrived reported",
            "window"),
    /** The time since the requests left were last reported. They may have changed since, and a window may have ended. */
    REQUESTS_AGE(
            "requests.age",
            Meter.Type.GAUGE,
            "seconds",
            "Time since the requests left were last reported; they may have changed since",
            null),
    /** Requests sent again, by the error of the attempt before. */
    RETRIES("retries", Meter.Type.COUNTER, null, "Requests sent again, by the error of the attempt before", "reason"),
    /** Events that could not be read: no JSON object, of another schema, or oversized. */
    DECODE_ERRORS(
            "decode.errors",
            Meter.Type.COUNTER,
            null,
            "Events that could not be read: no JSON object, of another schema, or oversized",
            "kind"),
    /** Events of a type that this version does not know, which it passes on. */
    UNKNOWN_EVENTS(
            "events.unknown",
            Meter.Type.COUNTER,
            null,
            "Events of a type that this version does not know, which it passes on",
            null),
    /** Times that a listener or a subscriber of the application threw. */
    LISTENER_ERRORS(
            "listener.errors",
            Meter.Type.COUNTER,
            null,
            "Times that a listener or a subscriber of the application threw",
            null);

    private static final String PREFIX = "neuralbox.client.";

    private final String meterName;
    private final Meter.Type type;
    private final @Nullable String unit;
    private final String description;
    private final @Nullable String extraTag;

    @SuppressWarnings("ImmutableEnumChecker") // nothing writes to it, and the accessor returns a copy
    private final double[] buckets;

    GenerationMeter(
            String meterName,
            Meter.Type type,
            @Nullable String unit,
            String description,
            @Nullable String extraTag,
            double... buckets) {
        this.meterName = PREFIX + meterName;
        this.type = type;
        this.unit = unit;
        this.description = description;
        this.extraTag = extraTag;
        this.buckets = buckets;
    }

    /** The name in Micrometer's notation, for example {@code neuralbox.client.generation.duration}. */
    public String meterName() {
        return meterName;
    }

    /** The meter's type in Micrometer. */
    public Meter.Type type() {
        return type;
    }

    /** The base unit: {@code seconds}, {@code credits}, {@code characters} or {@code bytes}; null for a plain number. */
    public @Nullable String unit() {
        return unit;
    }

    /** The meter's description in the registry: one sentence without its full stop. */
    public String description() {
        return description;
    }

    /** The key of the tag that this meter has in addition to the common ones; null if there is none. */
    public @Nullable String extraTag() {
        return extraTag;
    }

    /** The upper bounds of the histogram's buckets in the base unit, ascending; empty for a meter without histogram. */
    public double[] buckets() {
        return buckets.clone();
    }

    /** Whether this is a meter of the account, which has no model and no tenant. */
    boolean ofAccount() {
        return switch (this) {
            case BALANCE, BALANCE_AGE, REQUESTS_LEFT, REQUESTS_LIMIT, REQUESTS_AGE -> true;
            default -> false;
        };
    }
}
