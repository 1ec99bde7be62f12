package top.neuralbox.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.socket.ServerConnection;

/** The times of a script, and of the recordings that become scripts. */
class ScriptTimeTest {

    private static final String RECORDING = "{\"neuralbox_recording\": 1, \"recorded\": \"2026-03-08T12:00:00Z\"}\n"
            + "{\"ms\": 300.000, \"status\": 200, \"headers\": {\"Content-Type\": \"text/event-stream\"}}\n"
            + "{\"ms\": 500.000, \"chunk\": \"data: a\"}\n"
            + "{\"ms\": 500.250, \"base64\": \"w6TD\"}\n"
            + "{\"ms\": 900.000, \"end\": \"complete\"}\n";
    private static final String POST = "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

    @TempDir
    private Path folder;

    @Test
    void timesCountFromTheBeginningOfTheScript() throws IOException {
        FakeClock clock = new FakeClock(0);
        Duration second = Duration.ofSeconds(1);
        Script inner = Script.builder().until(second).text("b").until(second).build();
        play(
                Script.builder()
                        .until(second)
                        .text("a")
                        .then(inner)
                        .until(second.multipliedBy(3))
                        .text("c")
                        .build(),
                clock);

        assertThat(clock.pauses).containsExactly("1000", "1000", "1000");
    }

    @ParameterizedTest
    @CsvSource({"1, '300, 200, 0.25, 399.75'", "2, '150, 100, 0.125, 199.875'", "0.5, '600, 400, 0.5, 799.5'"})
    void replayKeepsItsPace(double speed, String pauses) throws IOException {
        FakeClock clock = new FakeClock(0);
        play(recording().script(speed), clock);

        assertThat(String.join(", ", clock.pauses)).isEqualTo(pauses);
    }

    @Test
    void replayAtOnceWaitsForNothing() throws IOException {
        FakeClock clock = new FakeClock(0);
        play(recording().script(Double.POSITIVE_INFINITY), clock);

        assertThat(clock.pauses).isEmpty();
    }

    @Test
    void replayThatIsLateCatchesUp() throws IOException {
        // Each look at the clock takes 150 ms.
        FakeClock clock = new FakeClock(150_000_000);
        play(recording().script(), clock);

        assertThat(clock.pauses).containsExactly("150", "50", "100");
    }

    private Recording recording() throws IOException {
        return Recording.read(Files.writeString(folder.resolve("some.jsonl"), RECORDING));
    }

    private static void play(Script script, ScriptClock clock) throws IOException {
        try (ScriptedServer server = ScriptedServer.start(clock);
                Socket client = new Socket("127.0.0.1", server.port())) {
            client.setSoTimeout(10_000);
            server.answer(Script.builder().then(script).close().build());
            client.getOutputStream().write(POST.getBytes(UTF_8));
            byte[] unused = client.getInputStream().readAllBytes();
        }
    }

    /** A clock that moves when it is waited for, and when it is looked at. */
    private static final class FakeClock implements ScriptClock {

        private final List<String> pauses = new CopyOnWriteArrayList<>();
        private final AtomicLong now = new AtomicLong();
        private final long perLook;

        FakeClock(long perLook) {
            this.perLook = perLook;
        }

        @Override
        public long nanoTime() {
            return now.getAndAdd(perLook);
        }

        @Override
        public void pause(ServerConnection connection, Duration time) {
            pauses.add(
                    BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString());
            now.addAndGet(time.toNanos());
        }
    }
}
