package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.testkit.Gate;

/** Whatever a setter of the local service and its faults accepts works; what does not work is refused there, by name. */
class ValuesTest {

    private static final List<Duration> DURATIONS = List.of(
            Duration.ZERO,
            Duration.ofNanos(1),
            Duration.ofMillis(1),
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
    private static final List<Integer> INTEGERS = List.of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
    private static final List<Long> LONGS = List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
    private static final List<BigDecimal> DECIMALS = List.of(
            BigDecimal.ZERO,
            BigDecimal.ONE,
            BigDecimal.ONE.negate(),
            new BigDecimal("1e60"),
            new BigDecimal("1e1000000000"),
            new BigDecimal("1e-1000000000"));
    private static final List<String> TEXTS =
            List.of("", " ", "x", "\ud83d\ude00", "\ud83d", "a\nb", "\u0000", "x".repeat(100_000));

    /** One setter with one value. */
    record Case(String setter, String shown, Consumer<LocalNeuralBox.Builder> set, List<Fault> faults) {
        @Override
        public String toString() {
            return setter + "(" + shown + ")";
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void setterRefusesByNameOrItsValueWorks(Case one) throws IOException {
        LocalNeuralBox.Builder builder = LocalNeuralBox.builder().answer("Once upon a time");
        try {
            one.set.accept(builder);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).contains(one.setter).hasSizeLessThan(300);
            return;
        }
        try (LocalNeuralBox service = builder.start();
                LocalClient client = new LocalClient(service)) {
            one.faults.forEach(service::misbehave);
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            if (one.setter.equals("pace")) {
                assertThat(client.head()).startsWith("HTTP/1.1 200 ");
                assertThat(client.chunk()).startsWith("data:");
                assertThat(client.chunk()).contains("Once");
                // A service that keeps a pace of centuries closes all the same.
            } else if (one.setter.equals("bodyBytes")) {
                // Complete, cut or reset; only what is silent would fail by a time-out.
                client.drain();
            } else {
                assertThat(client.response().status()).isBetween(100, 999);
            }
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        add(cases, "pace", DURATIONS, (to, value) -> to.pace(value));
        add(cases, "credits", DECIMALS, (to, value) -> to.balance(value));
        add(cases, "credits", DECIMALS, (to, value) -> to.model("gpt-5", "text", value));
        add(cases, "slug", TEXTS, (to, value) -> to.model(value, "text", BigDecimal.ONE));
        add(cases, "category", TEXTS, (to, value) -> to.model("other", value, BigDecimal.ONE));
        add(cases, "answer", TEXTS, (to, value) -> to.answer(value));
        add(cases, "deltas", TEXTS, (to, value) -> to.deltas(List.of(value, value)));
        cases.add(new Case("deltas", "none", to -> to.deltas(List.of()), List.of()));
        add(cases, "requestsPerHour", LONGS, (to, value) -> to.rateLimit(value, 1));
        add(cases, "requestsPerDay", LONGS, (to, value) -> to.rateLimit(1, value));
        add(cases, "polls", INTEGERS, (to, value) -> to.mediaPolls(value));
        for (int port : new int[] {-1, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            cases.add(new Case("port", String.valueOf(port), to -> to.port(port), List.of()));
        }
        for (long bytes : LONGS) {
            fault(cases, "bodyBytes", bytes, () -> Fault.cutAfter(bytes));
            fault(cases, "bodyBytes", bytes, () -> Fault.resetAfter(bytes));
            fault(cases, "bodyBytes", bytes, () -> Fault.stallAfter(bytes, opened()));
        }
        for (int count : INTEGERS) {
            fault(cases, "bytes", count, () -> Fault.splitEvery(count));
            fault(cases, "deltas", count, () -> Fault.fail(count, "given up"));
            fault(cases, "status", count, () -> Fault.refuse(count, "code", "message"));
            fault(cases, "status", count, () -> Fault.answer(count, Map.of(), new byte[0]));
        }
        for (int status : new int[] {99, 100, 199, 200, 599, 600, 999, 1_000}) {
            fault(cases, "status", status, () -> Fault.refuse(status, "code", "message"));
        }
        for (Duration value : DURATIONS) {
            fault(cases, "retryAfter", value, () -> Fault.rateLimited(value));
        }
        for (String text : TEXTS) {
            fault(cases, "comment", text, () -> Fault.commented(text));
            fault(cases, "message", text, () -> Fault.fail(0, text));
            fault(cases, "code", text, () -> Fault.refuse(400, text, text));
            fault(cases, "header", text, () -> Fault.answer(400, Map.of("X-Header", text), new byte[0]));
            fault(cases, "header", text, () -> Fault.answer(400, Map.of(text, "value"), new byte[0]));
        }
        return cases.stream();
    }

    private static <T> void add(
            List<Case> cases, String setter, List<T> values, BiConsumer<LocalNeuralBox.Builder, T> set) {
        for (T value : values) {
            cases.add(new Case(setter, shown(value), to -> set.accept(to, value), List.of()));
        }
    }

    private static void fault(List<Case> cases, String setter, Object value, Supplier<Fault> make) {
        List<Fault> faults = new ArrayList<>();
        cases.add(new Case(setter, shown(value), to -> faults.add(make.get()), faults));
    }

    private static Gate opened() {
        Gate gate = new Gate();
        gate.open();
        return gate;
    }

    private static String shown(Object value) {
        String text = String.valueOf(value).replaceAll("[^ -~]", "?");
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
