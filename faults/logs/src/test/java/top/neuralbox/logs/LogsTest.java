package top.neuralbox.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What {@link Logs} shows and what it fails. */
@Logs({"a message that is expected", "another"})
class LogsTest {

    private static final Logger LOGGER = Logger.getLogger(LogsTest.class.getName());

    private final Console console = new Console();

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(console);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger("").removeHandler(console);
    }

    @Test
    void messageThatIsExpectedIsNotPrinted() {
        assertThat(run(Expected.class).getTestsSucceededCount()).isEqualTo(1);
        assertThat(console.printed).isEmpty();
    }

    @Test
    void messageThatIsLoggedLateIsAwaited() {
        assertThat(run(Late.class).getTestsSucceededCount()).isEqualTo(1);
        assertThat(console.printed).isEmpty();
    }

    @Test
    void messageThatDoesNotComeFailsTheTest() {
        assertThat(run(Missing.class, 0).getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException()).hasMessage("not logged: [is expected]"));
    }

    @Test
    void messageThatMayComeMayBeMissing() {
        assertThat(run(Perhaps.class).getTestsSucceededCount()).isEqualTo(2);
        assertThat(console.printed).isEmpty();
    }

    @Test
    void testsOfAClassLogItsMessagesTogether() {
        assertThat(run(Together.class).getTestsSucceededCount()).isEqualTo(2);
        assertThat(console.printed).isEmpty();
    }

    @Test
    void anyOtherMessageIsPrinted() {
        assertThat(run(Other.class).getTestsSucceededCount()).isEqualTo(1);
        assertThat(console.printed).containsExactly("another");
    }

    @Test
    void messageIsPrintedAgainAfterTheTest() {
        assertThat(run(Expected.class).getTestsSucceededCount()).isEqualTo(1);
        LOGGER.warning("a message that is expected");
        assertThat(console.printed).containsExactly("a message that is expected");
    }

    @Test
    void toolsOfTheTestsAreQuiet() {
        assertThat(Logger.getLogger("net.jqwik").isLoggable(Level.INFO)).isFalse();
        assertThat(Logger.getLogger("com.tngtech.archunit").isLoggable(Level.INFO))
                .isFalse();
    }

    private static TestExecutionSummary run(Class<?> tests) {
        return run(tests, 20);
    }

    private static TestExecutionSummary run(Class<?> tests, int patienceSeconds) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherConfig alone = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherFactory.create(alone)
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .configurationParameter(
                                        ExpectedLogs.PATIENCE_SECONDS, Integer.toString(patienceSeconds))
                                .build(),
                        summary);
        return summary.getSummary();
    }

    /** Prints nothing: it only counts as a console. */
    private static final class Console extends ConsoleHandler {

        final List<String> printed = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord entry) {
            if (isLoggable(entry)) {
                printed.add(entry.getMessage());
            }
        }
    }

    static final class Expected {

        @Test
        @Logs("is expected")
        void logs() {
            LOGGER.warning("a message that is expected");
        }
    }

    static final class Late {

        @Test
        @Logs("is expected")
        void logsOnAnotherThread() {
            new Thread(() -> LOGGER.warning("a message that is expected")).start();
        }
    }

    static final class Missing {

        @Test
        @Logs("is expected")
        void logsAnother() {
            LOGGER.fine("another");
        }
    }

    static final class Perhaps {

        @Test
        @Logs(perhaps = "may come")
        void logs() {
            LOGGER.warning("a message that may come");
        }

        @Test
        @Logs(perhaps = "may come")
        void logsNothing() {}
    }

    @Logs({"first", "second"})
    static final class Together {

        @Test
        void logsOne() {
            LOGGER.warning("the first");
        }

        @Test
        void logsTheOther() {
            LOGGER.warning("the second");
        }
    }

    static final class Other {

        @Test
        @Logs("is expected")
        void logsBoth() {
            LOGGER.warning("another");
            LOGGER.warning("a message that is expected");
        }
    }
}
