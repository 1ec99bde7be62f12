package top.neuralbox.spring.boot;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import top.neuralbox.DrainResult;
import top.neuralbox.NeuralBox;

/**
 * Lets the generations of all clients finish when the application ends. The web server comes first: it finishes its requests,
 * and may begin generations for them until then.
 *
 * <p>A context that is only stopped or paused may be started again, as Spring does with the contexts of tests. A drain closes a
 * client for good, so the clients stay open then.
 */
final class NeuralBoxDrain implements SmartLifecycle {

    /** Boot stops its web server in a phase 2,048 below the highest; phases stop from the highest to the lowest. */
    private static final int PHASE = DEFAULT_PHASE - 3_072;

    private static final String BOOTS_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration BOOTS_DEFAULT = Duration.ofSeconds(30);

    /** After the patience a drain may take another second, for callbacks that do not return. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private static final Logger LOG = System.getLogger("top.neuralbox.spring.boot");

    private final ConfigurableApplicationContext context;
    private final NeuralBoxClients clients;
    private final Duration patience;
    private volatile boolean running;

    private NeuralBoxDrain(ConfigurableApplicationContext context, NeuralBoxClients clients, Duration patience) {
        this.context = context;
        this.clients = clients;
        this.patience = patience;
    }

    static NeuralBoxDrain of(
            ConfigurableApplicationContext context, NeuralBoxClients clients, @Nullable Duration patience) {
        if (patience != null) {
            // Nobody reads a failure of the shutdown.
            if (patience.isNegative()) {
                throw new IllegalStateException("neuralbox.shutdown-timeout must not be negative: " + patience);
            }
            return new NeuralBoxDrain(context, clients, patience);
        }
        String timeout = context.getEnvironment().getProperty(BOOTS_TIMEOUT);
        Duration phase = timeout == null ? BOOTS_DEFAULT : DurationStyle.detectAndParse(timeout);
        Duration rest = phase.minus(MARGIN);
        return new NeuralBoxDrain(context, clients, rest.isNegative() ? Duration.ZERO : rest);
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
        if (!context.isClosed()) {
            // It stays running, so that the close comes here again.
            callback.run();
            return;
        }
        List<CompletableFuture<DrainResult>> drains =
                clients().stream().map(client -> client.drainAsync(patience)).toList();
        var unused = CompletableFuture.allOf(drains.toArray(CompletableFuture<?>[]::new))
                .whenComplete((nothing, error) -> {
                    running = false;
                    try {
                        drains.stream()
                                .filter(drain -> !drain.isCompletedExceptionally())
                                .map(CompletableFuture::join)
                                .forEach(NeuralBoxDrain::tell);
                    } finally {
                        callback.run();
                    }
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

    /** Those that were made, and those that the application has registered as they are. To ask for a bean would make it. */
    private Set<NeuralBox> clients() {
        Set<NeuralBox> all = clients.all();
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        for (String name : beans.getSingletonNames()) {
            if (beans.getSingleton(name) instanceof NeuralBox client) {
                all.add(client);
            }
        }
        return all;
    }

    /** Ids and billing states alone: attributes and tenants are the application's, and may not belong in its log. */
    private static void tell(DrainResult result) {
        if (!result.cut().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "the application stops: {0} calls finished, these were cancelled: {1}",
                    result.completed(),
                    result.cut().stream()
                            .map(cut -> cut.id() + " " + cut.billingState())
                            .toList());
        }
    }
}
