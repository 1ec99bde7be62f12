package top.neuralbox.metrics;

import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/**
 * Every meter that {@link NeuralBoxMetrics} registers under its own naming: the documentation that the code is built from.
 * All of them carry the tags {@code client} and {@code transport}; those that are not of the account also carry {@code
 * model} and {@code tenant}, if their allow-lists are given.
 *
 * @since 0.1.0
 */
public enum GenerationMeter {
    /** Generations asked for, counted before anything is sent. */
    STARTED(
            "generations.started",
            Meter.Type.COUNTER,
            null,
            "Generations asked for, counted before anything is sent",
            null),
    /** From the call to its one end, by outcome: completed, failed, cancelled or truncated. */
    DURATION(
            "generation.duration",
            Meter.Type.TIMER,
            "seconds",
            "From the call to its one end, by outcome: completed, failed, cancelled or truncated",
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
    /** From the call to the response head of status 200, waits and refused attempts included. */
    TIME_TO_HEADERS(
            "time.to.headers",
            Meter.Type.TIMER,
            "seconds",
            "From the call to the response head of status 200, waits and refused attempts included",
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
    /** Generations that may have been charged without the charge being known, cancelled ones above all. */
    UNMETERED(
            "generations.unmetered",
            Meter.Type.COUNTER,
            null,
            "Generations that may have been charged without the charge being known, cancelled ones above all",
            null),
    /** Credits left on the account, as the last answer that arrived said; absent before the first. */
    BALANCE(
            "balance",
            Meter.Type.GAUGE,
            "credits",
            "Credits left on the account, as the last answer that arrived said; absent before the first",
            null),
    /** How long ago the balance was told; it changes unseen in between. */
    BALANCE_AGE(
            "balance.age",
            Meter.Type.GAUGE,
            "seconds",
            "How long ago the balance was told; it changes unseen in between",
            null),
    /** Requests sent again, by what the attempt before ended with. */
    RETRIES(
            "retries",
            Meter.Type.COUNTER,
            null,
            "Requests sent again, by what the attempt before ended with",
            "reason"),
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

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it, and it is handed out as a copy
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

    /** Micrometer's type of it. */
    public Meter.Type type() {
        return type;
    }

    /** The base unit: {@code seconds}, {@code credits}, {@code characters} or {@code bytes}; null for a plain number. */
    public @Nullable String unit() {
        return unit;
    }

    /** One sentence, without its full stop; it is the meter's description in the registry. */
    public String description() {
        return description;
    }

    /** The keys of the tags that this meter has beside those which all have. */
    public @Nullable String extraTag() {
        return extraTag;
    }

    /** The upper bounds of the histogram's buckets in the base unit, ascending; empty for a meter without histogram. */
    public double[] buckets() {
        return buckets.clone();
    }

    /** Whether it tells of the account, which has no model and no tenant. */
    boolean ofAccount() {
        return this == BALANCE || this == BALANCE_AGE;
    }
}
