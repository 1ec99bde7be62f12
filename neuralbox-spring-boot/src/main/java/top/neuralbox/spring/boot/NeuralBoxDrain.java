package top.neuralbox.spring.boot;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import top.neuralbox.DrainResult;
import top.neuralbox.NeuralBox;

/**
 * Lets generations finish when the application stops. The web server comes first: it finishes its requests, and may begin
 * generations for them until then.
 */
final class NeuralBoxDrain implements SmartLifecycle {

    /** Boot stops its web server in a phase 2,048 below the highest; phases stop from the highest to the lowest. */
    private static final int PHASE = DEFAULT_PHASE - 3_072;

    private static final String BOOTS_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration BOOTS_DEFAULT = Duration.ofSeconds(30);

    /** After the patience a drain may take another second, for callbacks that do not return. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private static final Logger LOG = System.getLogger("top.neuralbox.spring.boot");

    private final NeuralBox neuralBox;
    private final Duration patience;
    private volatile boolean running;

    private NeuralBoxDrain(NeuralBox neuralBox, Duration patience) {
        this.neuralBox = neuralBox;
        this.patience = patience;
    }

    static NeuralBoxDrain of(NeuralBox neuralBox, @Nullable Duration patience, Environment environment) {
        if (patience != null) {
            // Nobody reads a failure of the shutdown.
            if (patience.isNegative()) {
                throw new IllegalStateException("neuralbox.shutdown-timeout must not be negative: " + patience);
            }
            return new NeuralBoxDrain(neuralBox, patience);
        }
        String timeout = environment.getProperty(BOOTS_TIMEOUT);
        Duration phase = timeout == null ? BOOTS_DEFAULT : DurationStyle.detectAndParse(timeout);
        Duration rest = phase.minus(MARGIN);
        return new NeuralBoxDrain(neuralBox, rest.isNegative() ? Duration.ZERO : rest);
    }

    Duration patience() {
        return patience;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop(Runnable callback) {
        var unused = neuralBox.drainAsync(patience).whenComplete((result, error) -> {
            running = false;
            if (result != null && !result.cut().isEmpty()) {
                tell(result);
            }
            callback.run();
        });
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Ids and billing states alone: attributes and tenants are the application's, and may not belong in its log. */
    private static void tell(DrainResult result) {
        LOG.log(
                Level.WARNING,
                "the application stops: {0} calls finished, these were cut: {1}",
                result.completed(),
                result.cut().stream()
                        .map(cut -> cut.id() + " " + cut.billingState())
                        .toList());
    }
}
