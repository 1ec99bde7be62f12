package top.neuralbox.testkit.local;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Passes a running {@link LocalNeuralBox} to each test method that has a parameter of that type, and closes it after the test.
 * All methods around one test get the same service. If a {@code @BeforeAll} method asks for one, all tests of the class share
 * it.
 *
 * <pre>{@code
 * @ExtendWith(NeuralBoxExtension.class)
 * class StoryTest {
 *     @Test
 *     void tellsAStory(LocalNeuralBox service) { … }
 * }
 * }</pre>
 *
 * <p>To change the settings, register the extension in a field: {@code @RegisterExtension static final NeuralBoxExtension
 * NEURALBOX = new NeuralBoxExtension(LocalNeuralBox.builder().answer("Once upon a time"));}
 * @since 0.1.0
 */
public final class NeuralBoxExtension implements ParameterResolver, AfterEachCallback, AfterAllCallback {

    private static final Namespace NAMESPACE = Namespace.create(NeuralBoxExtension.class);

    private final LocalNeuralBox.Builder builder;

    /** Services with the defaults of {@link LocalNeuralBox.Builder}. */
    public NeuralBoxExtension() {
        this(LocalNeuralBox.builder());
    }

    /**
     * Services made by this builder, one for each test.
     *
     * @param builder must have port 0, its default, if tests run in parallel
     */
    public NeuralBoxExtension(LocalNeuralBox.Builder builder) {
        this.builder = builder;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LocalNeuralBox.class
                && parameter.getDeclaringExecutable() instanceof Method;
    }

    @Override
    public LocalNeuralBox resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return store(context).getOrComputeIfAbsent(this, key -> builder.start(), LocalNeuralBox.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    private void close(ExtensionContext context) {
        // Removes only from this context: a service of the class outlives its tests.
        @Nullable LocalNeuralBox service = store(context).remove(this, LocalNeuralBox.class);
        if (service != null) {
            service.close();
        }
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
