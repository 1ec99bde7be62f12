package top.neuralbox.quarkus;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import top.neuralbox.DrainResult;
import top.neuralbox.NeuralBox;

/**
 * Lets generations finish when the application stops. Quarkus has closed its web server by then: with {@code
 * quarkus.shutdown.timeout} it lets requests finish before that.
 */
@Singleton
final class NeuralBoxDrain {

    private static final Logger LOG = System.getLogger("top.neuralbox.quarkus");

    private final BeanManager beans;
    private final NeuralBoxConfig config;

    NeuralBoxDrain(BeanManager beans, NeuralBoxConfig config) {
        this.beans = beans;
        this.config = config;
    }

    /** After the application's own observers, which may stop what begins generations. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) ShutdownEvent event) {
        drain(clients(), config.shutdownTimeout());
    }

    /** Drains all clients in the same time, and waits for that. */
    static void drain(Collection<NeuralBox> clients, Duration patience) {
        List<CompletableFuture<DrainResult>> drains =
                clients.stream().map(client -> client.drainAsync(patience)).toList();
        // First all, so that a log that throws keeps none from being waited for.
        List<DrainResult> results = drains.stream().map(CompletableFuture::join).toList();
        results.stream().filter(result -> !result.cut().isEmpty()).forEach(NeuralBoxDrain::tell);
    }

    /** The clients that are beans, the application's own too. One that nobody has needed yet is not made now. */
    private List<NeuralBox> clients() {
        return beans.getBeans(NeuralBox.class, Any.Literal.INSTANCE).stream()
                .flatMap(bean -> existing(bean).stream())
                .toList();
    }

    private Optional<NeuralBox> existing(Bean<?> bean) {
        return Optional.ofNullable(beans.getContext(bean.getScope()).get(bean)).map(NeuralBox.class::cast);
    }

    /** Ids and billing states alone: attributes and tenants are the application's, and may not belong in its log. */
    private static void tell(DrainResult result) {
        LOG.log(
                Level.WARNING,
                "the application stops: {0} calls finished, these were cancelled: {1}",
                result.completed(),
                result.cut().stream()
                        .map(cut -> cut.id() + " " + cut.billingState())
                        .toList());
    }
}
