package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.testkit.Gate;

/** Rows H26 and H27: the client is drained, in a process of its own. */
@ParameterizedClass
@EnumSource
class DrainRowsTest {

    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final String HALF = " cut=gen_1/UNKNOWN/Here";
    private static final String CANCELLED = " GenerationCancelledException/UNKNOWN/STREAM";

    @Parameter
    Carrier carrier;

    @Test
    void h26DrainLetsCallsFinishAndNamesTheRest() {
        row((server, child) -> {
            Gate more = new Gate();
            start(server, child, more);

            assertThat(child.ask("drain 600000")).isEqualTo("ok");
            assertThat(child.ask("call")).isEqualTo("AdmissionRefusedException/NOT_CHARGED/NOT_SENT");
            more.open();
            assertThat(child.ask("items 10")).isEqualTo("ok");
            assertThat(child.ask("end")).isEqualTo("ok");

            assertThat(child.ask("drained")).isEqualTo("ok completed=2" + HALF + " completed completed" + CANCELLED);
            assertThat(child.ask("close")).isEqualTo("ok");
            server.awaitNoConnections();
        });
    }

    @Test
    void h27ProcessThatIsToldToEndLosesNoAnswerThatCouldEnd() {
        row((server, child) -> {
            Gate more = new Gate();
            assertThat(child.ask("hook 5000")).isEqualTo("ok");
            start(server, child, more);

            child.signal("TERM");
            assertThat(child.answer("SIGTERM")).isEqualTo("draining");
            more.open();

            assertThat(child.answer("SIGTERM")).isEqualTo(" completed=2" + HALF + " completed completed" + CANCELLED);
            server.awaitNoConnections();
        });
    }

    /** Starts two generations that end when the gate opens, and one that never ends, and waits for the text of each. */
    private static void start(FaultServer server, ChildJvm child, Gate more) {
        for (int i = 0; i < 2; i++) {
            server.answer(Reply.stream(sse(START, DELTA))
                    .await(more)
                    .data(sse(DELTA, Reply.END, Reply.DONE))
                    .end());
            child.ask("start");
            assertThat(child.ask("items " + 2 * (i + 1))).isEqualTo("ok");
        }
        server.answer(Reply.stream(sse(START, DELTA)).hold());
        child.ask("start");
        assertThat(child.ask("items 6")).isEqualTo("ok");
    }

    private void row(BiConsumer<FaultServer, ChildJvm> drain) {
        try (FaultServer server = carrier.server();
                ChildJvm child = HostedClient.start(carrier, server, IDLE, List.of(), Map.of(), List.of())) {
            drain.accept(server, child);
        }
    }
}
