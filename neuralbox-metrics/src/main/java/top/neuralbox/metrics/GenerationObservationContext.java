package top.neuralbox.metrics;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;

/**
 * The data of an observed generation, for an application's handlers, predicates and conventions. The carrier holds the header
 * fields that a propagator sets when the observation starts. Each attempt sends them.
 *
 * @since 0.1.0
 */
public final class GenerationObservationContext extends SenderContext<Map<String, String>> {

    private final GenerationInfo info;
    private volatile @Nullable Duration timeToFirstDelta;
    private volatile @Nullable String responseId;
    private volatile @Nullable String responseModel;
    private volatile @Nullable GenerationOutcome outcome;

    GenerationObservationContext(GenerationInfo info) {
        super((carrier, name, value) -> Objects.requireNonNull(carrier).put(name, value), Kind.CLIENT);
        this.info = info;
        setCarrier(new HashMap<>());
        setRemoteServiceName("neuralbox");
    }

    /** The description of the request. */
    public GenerationInfo info() {
        return info;
    }

    /** The time to the first content delta; null before it, and always null for an answer that does not stream. */
    public @Nullable Duration timeToFirstDelta() {
        return timeToFirstDelta;
    }

    /** The generation's id, as the service named it; null before the answer began. */
    public @Nullable String responseId() {
        return responseId;
    }

    /** The model that answers, as the service named it; null before the answer began. */
    public @Nullable String responseModel() {
        return responseModel;
    }

    /** The outcome; null before the end. */
    public @Nullable GenerationOutcome outcome() {
        return outcome;
    }

    void firstDelta(Duration after) {
        timeToFirstDelta = after;
    }

    void begun(@Nullable String id, @Nullable String model) {
        responseId = id;
        responseModel = model;
    }

    void ended(GenerationOutcome how) {
        outcome = how;
    }
}
