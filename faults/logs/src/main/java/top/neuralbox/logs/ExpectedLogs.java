package top.neuralbox.logs;

import java.lang.reflect.AnnotatedElement;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Looks for what {@link Logs} names, around each test and around each class that has it. */
final class ExpectedLogs implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(ExpectedLogs.class);

    /** A configuration parameter: how long a test waits for a message that is missing at its end. */
    static final String PATIENCE_SECONDS = "top.neuralbox.logs.patienceSeconds";

    @Override
    public void beforeAll(ExtensionContext context) {
        begin(context, context.getRequiredTestClass());
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        end(context, context.getRequiredTestClass());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin(context, context.getRequiredTestMethod());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        end(context, context.getRequiredTestMethod());
    }

    /** Whether {@code -Dtest} names methods. */
    private static boolean areSomeChosen() {
        return System.getProperty("test", "").contains("#");
    }

    private static void begin(ExtensionContext context, AnnotatedElement test) {
        AnnotationSupport.findAnnotation(test, Logs.class)
                .ifPresent(
                        logs -> context.getStore(SPACE).put(test, ConsoleFilter.begin(logs.value(), logs.perhaps())));
    }

    private static void end(ExtensionContext context, AnnotatedElement test) throws InterruptedException {
        ConsoleFilter filter = context.getStore(SPACE).remove(test, ConsoleFilter.class);
        if (filter == null) {
            return;
        }
        try {
            // A test that failed has its own reason. Some tests of a class alone need not log what all of them do.
            boolean complete = context.getTestMethod().isPresent() || !areSomeChosen();
            if (complete && context.getExecutionException().isEmpty()) {
                filter.awaitAll(context.getConfigurationParameter(PATIENCE_SECONDS, Long::valueOf)
                        .orElse(20L));
            }
        } finally {
            filter.close();
        }
    }
}
