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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.testkit.Gate;

/** Rows H21 and on: what the machine does to a whole process, which is a child of this one. */
@ParameterizedClass
@EnumSource
@EnabledOnOs(OS.LINUX)
class HostProcessRowsTest {

    private static final Duration NEVER = Duration.ofMinutes(5);

    private static final List<String> SMALL_HEAP = List.of("-Xmx48m", "-XX:+UseSerialGC");

    @Parameter
    Carrier carrier;

    @Test
    void h21ThreadThatCannotBeMadeLosesNoSignal() {
        Gate more = new Gate();
        row(NEVER, LimitedThreads.wrapper(), SMALL_HEAP, (server, child) -> {
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
        });
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

            String ends = child.ask(carrier.name().startsWith("VERTX") ? "ends now" : "ends");
            if (carrier.name().startsWith("VERTX")) {
                // Netty drops the event whose handler met the full heap; such a stream ends with the client.
                assertThat(ends).doesNotContain("2 signals");
            } else {
                assertThat(ends).startsWith("ok ").doesNotContain("signals");
            }
        });
    }

    @Test
    void h23DescriptorsThatAreUsedUpFailCallsUncharged() {
        Gate more = new Gate();
        row(NEVER, List.of("bash", "-c", "ulimit -n 300; exec \"$@\"", "bash"), SMALL_HEAP, (server, child) -> {
            server.answer(untilThe(more));
            child.ask("start");
            assertThat(child.ask("items 2")).isEqualTo("ok");
            // What a failure needs is loaded now, while files can be opened.
            assertThat(child.ask("lost")).contains("REFUSED");

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
            top.neuralbox.FaultClock.await("bytes that wait", () -> server.bytesWritten() > before);
            Pause.of(Duration.ofSeconds(2));
            child.signal("CONT");

            assertThat(child.ask("ends")).isEqualTo("ok completed");
        });
    }

    @Test
    void h25WallClockThatJumpsAWeekAheadAndBackHoldsNothingUp() {
        Assumptions.assumeTrue(
                carrier == Carrier.HTTPCLIENT_HTTP_1_1,
                "beneath libfaketime this carrier does not come to its first event");
        Duration week = Duration.ofDays(7);
        Gate jumped = new Gate();
        try (FakeTime time = FakeTime.start()) {
            row(NEVER, List.of(), time.environment(), List.of(), (server, child) -> {
                server.answer(untilThe(jumped));
                child.ask("start");
                assertThat(child.ask("items 2")).isEqualTo("ok");
                assertThat(child.ask("spent")).isEqualTo("spent=3");

                time.set(week);
                assertThat(Instant.parse(child.ask("wall")))
                        .isAfter(Instant.now().plus(week.dividedBy(2)));
                jumped.open();
                assertThat(child.ask("ends")).isEqualTo("ok completed");
                worksOn(server, child, "3");

                time.set(Duration.ZERO);
                assertThat(Instant.parse(child.ask("wall")))
                        .isBefore(Instant.now().plus(week.dividedBy(2)));
                // The window of today goes on where it was left: the stream, and what follows here.
                worksOn(server, child, "6");
            });
        }
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

    /** Runs a row: afterwards, calls work, nothing is left, and the child closes in good order. */
    private void row(
            Duration idle, List<String> wrapper, List<String> options, BiConsumer<FaultServer, ChildJvm> fault) {
        row(idle, wrapper, Map.of(), options, fault);
    }

    private void row(
            Duration idle,
            List<String> wrapper,
            Map<String, String> environment,
            List<String> options,
            BiConsumer<FaultServer, ChildJvm> fault) {
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
        }
    }

    private static Reply untilThe(Gate more) {
        return Reply.stream(sse(START, DELTA))
                .await(more)
                .data(sse(DELTA, Reply.END, Reply.DONE))
                .end();
    }
}
