package top.neuralbox.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;

/**
 * The timers under {@link MeterNaming#OTEL_GENAI_0_1}, for one pair of requested and answering model on one server. The
 * convention allows more attributes than are known when a client is built, so nothing is registered before it is recorded.
 *
 * <p>Thread-safe. Of the timers for other servers and models it makes one each, however many generations there are.
 */
final class InferenceTimers implements GenerationTimers {

    private static final String NONE = "none";

    /** What of a generation becomes a tag. The model is bounded. */
    private record Subject(String address, int port, boolean streams, String responseModel) {}

    private final MeterRegistry registry;
    private final @Nullable String requestModel;
    private final Function<@Nullable String, String> bounded;
    private final Map<Subject, InferenceTimers> all;
    private final Subject subject;
    private final Meter.MeterProvider<Timer> durations;
    private volatile @Nullable Timer firstChunk;
    private volatile @Nullable Timer outputChunk;

    /**
     * Timers for any server.
     *
     * @param requestModel null if models are no tag
     * @param bounded the tag's value for a model that the service named
     */
    InferenceTimers(MeterRegistry registry, @Nullable String requestModel, Function<@Nullable String, String> bounded) {
        this(registry, requestModel, bounded, new ConcurrentHashMap<>(), new Subject(NONE, 0, true, NONE));
    }

    private InferenceTimers(
            MeterRegistry registry,
            @Nullable String requestModel,
            Function<@Nullable String, String> bounded,
            Map<Subject, InferenceTimers> all,
            Subject subject) {
        this.registry = registry;
        this.requestModel = requestModel;
        this.bounded = bounded;
        this.all = all;
        this.subject = subject;
        this.durations = timer("duration", "Duration of a generation").withRegistry(registry);
    }

    @Override
    public GenerationTimers of(GenerationInfo info) {
        return about(new Subject(info.serverAddress(), info.serverPort(), info.streams(), NONE));
    }

    @Override
    public GenerationTimers answeredBy(@Nullable String model) {
        return requestModel == null
                ? this
                : about(new Subject(subject.address(), subject.port(), subject.streams(), bounded.apply(model)));
    }

    @Override
    public void firstDelta(long nanos) {
        if (!subject.streams()) {
            return;
        }
        Timer timer = firstChunk;
        if (timer == null) {
            timer = timer("time_to_first_chunk", "Time to the first chunk of generated content")
                    .register(registry);
            firstChunk = timer;
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void gap(long nanos) {
        if (!subject.streams()) {
            return;
        }
        Timer timer = outputChunk;
        if (timer == null) {
            timer = timer("time_per_output_chunk", "Time between two chunks of generated content")
                    .register(registry);
            outputChunk = timer;
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ended(GenerationOutcome.Kind outcome, @Nullable ErrorType error, long nanos) {
        durations
                .withTags("error.type", OpenTelemetryTimers.errorType(outcome, error))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private InferenceTimers about(Subject other) {
        return all.computeIfAbsent(other, known -> new InferenceTimers(registry, requestModel, bounded, all, known));
    }

    private Timer.Builder timer(String name, String description) {
        return Timer.builder("gen_ai.client.inference." + name)
                .description(description)
                .tags(tags())
                .serviceLevelObjectives(OpenTelemetryTimers.BUCKETS);
    }

    private Tags tags() {
        Tags tags = Tags.of(
                "gen_ai.operation.name",
                "chat",
                "gen_ai.provider.name",
                "neuralbox",
                "server.address",
                subject.address(),
                "server.port",
                String.valueOf(subject.port()));
        return requestModel == null
                ? tags
                : tags.and("gen_ai.request.model", requestModel, "gen_ai.response.model", subject.responseModel());
    }
}
