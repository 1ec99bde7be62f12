package top.neuralbox.metrics;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Objects;
import top.neuralbox.CallContext;

/**
 * Carries what Micrometer's context propagation knows (the current observation, its trace, and whatever else the application
 * has registered an accessor for) from where a call is made to its callbacks.
 *
 * <pre>{@code
 * NeuralBox neuralBox = NeuralBox.builder().context(MicrometerContext.create()).build();
 * }</pre>
 *
 * <p>It needs {@code io.micrometer:context-propagation} beside this artifact. Thread-safe.
 *
 * @since 0.1.0
 */
public final class MicrometerContext implements CallContext {

    private final ContextSnapshotFactory snapshots;

    private MicrometerContext(ContextSnapshotFactory snapshots) {
        this.snapshots = snapshots;
    }

    /** Everything for which the process has an accessor. What a call did not carry is absent around its callbacks too. */
    public static MicrometerContext create() {
        return of(ContextSnapshotFactory.builder().clearMissing(true).build());
    }

    /** What this factory captures. */
    @SuppressWarnings("exports") // Only those who call it need the module.
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
