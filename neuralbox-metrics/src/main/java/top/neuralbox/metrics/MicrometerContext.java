package top.neuralbox.metrics;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Objects;
import top.neuralbox.CallContext;

/**
 * Carries the values of Micrometer's context propagation from the thread that makes a call to the callbacks of that call: the
 * current observation, its trace, and every value for which the application has registered an accessor.
 *
 * <pre>{@code
 * NeuralBox neuralBox = NeuralBox.builder().context(MicrometerContext.create()).build();
 * }</pre>
 *
 * <p>It needs the artifact {@code io.micrometer:context-propagation}, which this one does not bring along. Thread-safe.
 *
 * @since 0.1.0
 */
public final class MicrometerContext implements CallContext {

    private final ContextSnapshotFactory snapshots;

    private MicrometerContext(ContextSnapshotFactory snapshots) {
        this.snapshots = snapshots;
    }

    /**
     * Carries every value for which the process has an accessor. A value that is absent at the call is absent in its callbacks
     * too.
     */
    public static MicrometerContext create() {
        return of(ContextSnapshotFactory.builder().clearMissing(true).build());
    }

    /** Carries the values that this factory captures. */
    @SuppressWarnings("exports") // Only its callers need the module.
    public static MicrometerContext of(ContextSnapshotFactory snapshots) {
        return new MicrometerContext(Objects.requireNonNull(snapshots, "snapshots"));
    }

    @Override
    public Snapshot capture() {
        ContextSnapshot captured = snapshots.captureAll();
        return () -> {
            ContextSnapshot.Scope scope = captured.setThreadLocals();
            return scope::close;
        };
    }
}
