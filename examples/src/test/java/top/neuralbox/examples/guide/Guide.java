package top.neuralbox.examples.guide;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * What an example of the documents runs in: the environment that a user has set, a local service where that points to, and
 * an ear for what is printed. Tests take it as a parameter.
 */
public final class Guide implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private LocalNeuralBox service;

    /** The service at {@code NEURALBOX_BASE_URL}. */
    public LocalNeuralBox service() {
        return service;
    }

    /** Puts another service in the place of the one that each example begins with. */
    public void serve(LocalNeuralBox.Builder other) {
        service.close();
        service = start(other);
    }

    /** What was printed so far, to either stream. */
    public String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        service = start(LocalNeuralBox.builder());
        PrintStream heard = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(heard);
        System.setErr(heard);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.setOut(out);
        System.setErr(err);
        printed.reset();
        service.close();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Guide.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return this;
    }

    /** The thread that accepts for the service before holds the port until it has noticed the close. */
    private static LocalNeuralBox start(LocalNeuralBox.Builder builder) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return builder.port(port()).start();
            } catch (UncheckedIOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                Thread.yield();
            }
        }
    }

    private static int port() {
        String base = System.getenv("NEURALBOX_BASE_URL");
        if (base == null) {
            throw new IllegalStateException("run these tests by Maven, which sets NEURALBOX_BASE_URL to a free port");
        }
        return URI.create(base).getPort();
    }
}
