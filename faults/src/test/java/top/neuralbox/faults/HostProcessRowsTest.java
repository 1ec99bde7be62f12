package top.neuralbox.faults;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.testkit.Gate;

/** Rows from H21 on: faults of the machine for a whole process, which is a child of this one. */
@ParameterizedClass
@EnumSource
@EnabledOnOs(OS.LINUX)
class HostProcessRowsTest {

    private static final Duration NEVER = Duration.ofMinutes(5);

    private static final List<String> SMALL_HEAP = List.of("-Xmx48m", "-XX:+UseSerialGC");

    private static final String NO_THREAD = "no thread could be created for a callback";

    /** What a full heap makes the client and the JVM print, on the threads that find it full. */
    private static final List<String> NO_MEMORY =
            List.of("an I/O thread of HttpClient ended", "java.lang.OutOfMemoryError");

    @Parameter
    Carrier carrier;

    @Test
    void h21ThreadThatCannotBeMadeLosesNoSignal() {
        Gate more = new Gate();
        row(
                NEVER,
                LimitedThreads.wrapper(),
                SMALL_HEAP,
                (server, child) -> {
                    server.answer(Reply.whole());
                    assertThat(child.ask("call")).isEqualTo("completed");
                    server.answer(untilThe(more));
                    child.ask("start");
                    assertThat(child.ask("items 2")).isEqualTo("ok");

                    assertThat(child.ask("threads")).isEqualTo("ok");
                    more.open();
                    assertThat(child.ask("ends")).isEqualTo("ok completed");
                    server.answer(Reply.whole());
                    assertThat(child.ask("call")).isEqualTo("completed");
                    server.answer(Reply.stream(sse(START)).hold());
                    server.answer(Reply.whole());
                    assertThat(child.ask("fallback")).isEqualTo("completed");
                    assertThat(child.ask("over")).isEqualTo("ok");
                },
                NO_THREAD);
    }

    @Test
    void h22HeapThatIsFullForTwoSecondsEndsNoMoreThanItsStreams() {
        Gate more = new Gate();
        row(NEVER, List.of(), SMALL_HEAP, (server, child) -> {
            for (int i = 0; i < 4; i++) {
                server.answer(untilThe(more));
                child.ask("start");
            }
            assertThat(child.ask("items 8")).isEqualTo("ok");

            assertThat(child.ask("heap 2000")).isEqualTo("ok");
            more.open();
            assertThat(child.answer("heap")).isEqualTo("ok");

            assertThat(child.ask("ends"))
                    .startsWith("ok ")
                    .doesNotContain("signals")
                    .doesNotContain("without");
        });
    }

    @Test
    void h23DescriptorsThatAreUsedUpFailCallsUncharged() {
        Gate more = new Gate();
        row(NEVER, List.of("bash", "-c", "ulimit -n 300; exec \"$@\"", "bash"), SMALL_HEAP, (server, child) -> {
            // What an end and a failure need is loaded now, while files can be opened.
            server.answer(Reply.whole());
            assertThat(child.ask("call")).isEqualTo("completed");
            assertThat(child.ask("lost")).contains("REFUSED");
            server.answer(untilThe(more));
            child.ask("start");
            assertThat(child.ask("items 2")).isEqualTo("ok");

            assertThat(child.ask("descriptors")).isEqualTo("ok");
            for (int i = 0; i < 4; i++) {
                assertThat(child.ask("lost"))
                        .startsWith("ConnectionException/")
                        .endsWith("/NOT_CHARGED/NOT_SENT")
                        .doesNotContain("REFUSED");
            }
            more.open();
            assertThat(child.ask("ends")).isEqualTo("ok completed");
            assertThat(child.ask("over")).isEqualTo("ok");
        });
    }

    @Test
    void h24StoppedProcessReadsWhatHasComeAndGoesOn() {
        Gate more = new Gate();
        row(Duration.ofSeconds(1), List.of(), List.of(), (server, child) -> {
            server.answer(untilThe(more));
            child.ask("start");
            assertThat(child.ask("items 2")).isEqualTo("ok");

            child.signal("STOP");
            long before = server.bytesWritten();
            more.open();
            FaultClock.await("bytes that wait", () -> server.bytesWritten() > before);
            Pause.of(Duration.ofSeconds(2));
            child.signal("CONT");

            assertThat(child.ask("ends")).isEqualTo("ok completed");
        });
    }

    @Test
    void h25WallClockThatJumpsAWeekAheadAndBackHoldsNothingUp() {
        Duration week = Duration.ofDays(7);
        Gate jumped = new Gate();
        try (FakeTime time = FakeTime.start()) {
            row(NEVER, List.of(), time.environment(), List.of(), (server, child) -> {
                server.answer(untilThe(jumped));
                child.ask("start");
                assertThat(child.ask("items 2")).isEqualTo("ok");
                assertThat(child.ask("spent")).isEqualTo("spent=3");

                time.set(week);
                FaultClock.await("the jump", () -> isAhead(child, week.dividedBy(2)));
                jumped.open();
                assertThat(child.ask("ends")).isEqualTo("ok completed");
                worksOn(server, child, "3");

                time.set(Duration.ZERO);
                FaultClock.await("the way back", () -> !isAhead(child, week.dividedBy(2)));
                // The window of today goes on where it was left: the stream, and what follows here.
                worksOn(server, child, "6");
            });
        }
    }

    private static boolean isAhead(ChildJvm child, Duration by) {
        return Instant.parse(child.ask("wall")).isAfter(Instant.now().plus(by));
    }

    /** Calls, time-outs and waits are as ever; a window of the budget counts what was spent in it. */
    private static void worksOn(FaultServer server, ChildJvm child, String spentAfterOneCall) {
        server.answer(Reply.whole());
        assertThat(child.ask("call")).isEqualTo("completed");
        assertThat(child.ask("spent")).isEqualTo("spent=" + spentAfterOneCall);
        server.answer(Reply.stream(sse(START)).hold());
        server.answer(Reply.whole());
        assertThat(child.ask("fallback")).isEqualTo("completed");
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        server.answer(Reply.json(
                429,
                "{\"error\": \"rate_limit_exceeded\", \"message\": \"said so\"}",
                "Date",
                RFC_1123_DATE_TIME.format(now),
                "Retry-After",
                RFC_1123_DATE_TIME.format(now.plusMinutes(2))));
        assertThat(child.ask("refused")).isEqualTo("wait 120");
    }

    /** Runs a row: afterwards, calls work, nothing is left, the child closes in good order, and it has logged these texts. */
    private void row(
            Duration idle,
            List<String> wrapper,
            List<String> options,
            BiConsumer<FaultServer, ChildJvm> fault,
            String... logged) {
        row(idle, wrapper, Map.of(), options, fault, logged);
    }

    private void row(
            Duration idle,
            List<String> wrapper,
            Map<String, String> environment,
            List<String> options,
            BiConsumer<FaultServer, ChildJvm> fault,
            String... logged) {
        try (FaultServer server = carrier.server();
                ChildJvm child = HostedClient.start(carrier, server, idle, wrapper, environment, options)) {
            fault.accept(server, child);

            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                server.answer(Reply.whole());
                assertThat(child.ask("call")).isEqualTo("completed");
            }
            server.answer(Reply.whole());
            assertThat(child.ask("relay")).isEqualTo("completed");
            assertThat(child.ask("close")).isEqualTo("ok");
            server.awaitNoConnections();
            assertLogged(child.end(), logged);
        }
    }

    /** Prints what is not expected, as the console would. */
    private static void assertLogged(List<String> errors, String... logged) {
        for (String text : logged) {
            assertThat(errors).anyMatch(line -> line.contains(text));
        }
        errors.stream()
                .filter(line ->
                        Stream.concat(Stream.of(logged), NO_MEMORY.stream()).noneMatch(line::contains))
                .filter(line -> !line.isBlank() && !line.startsWith("\t"))
                .forEach(line -> System.err.println("child: " + line));
    }

    private static Reply untilThe(Gate more) {
        return Reply.stream(sse(START, DELTA))
                .await(more)
                .data(sse(DELTA, Reply.END, Reply.DONE))
                .end();
    }
}
