package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.NeuralBox;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** Tests that neither we nor an engine logs a warning if nothing is wrong. */
class QuietLogTest {

    private final Alarms alarms = new Alarms();

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(alarms);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger("").removeHandler(alarms);
    }

    @ParameterizedTest
    @EnumSource
    void clientThatIsUsedAndClosedLogsNoWarning(Carrier carrier) {
        try (FaultServer server = carrier.server()) {
            Set<Thread> before = ClientThreads.living();
            TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
            try (Transport transport = carrier.transport(config);
                    NeuralBox client = NeuralBox.builder()
                            .apiKey(FaultRow.KEY)
                            .baseUri(server.uri())
                            .transport(transport)
                            .build()) {
                server.answer(Reply.whole());

                assertThat(client.generate(FaultRow.request()).text()).isEqualTo("Here");
            }
            ClientThreads.awaitEndOfOthers(before);
        }
        assertThat(alarms.lines).isEmpty();
    }

    /** The log records at the level of warnings or above. */
    private static final class Alarms extends Handler {

        final List<String> lines = new CopyOnWriteArrayList<>();

        Alarms() {
            setLevel(Level.WARNING);
        }

        @Override
        public void publish(LogRecord entry) {
            if (isLoggable(entry)) {
                lines.add(entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
