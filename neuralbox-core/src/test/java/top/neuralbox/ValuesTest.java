package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetState;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.ProxySettings;

/**
 * Whatever a public setter accepts works, and what does not work is refused there, by name: each setter of core gets the
 * extremes of its type, and then a call is made that is sent again once, and one whose result is awaited.
 */
class ValuesTest {

    private static final List<Duration> DURATIONS = List.of(
            Duration.ZERO,
            Duration.ofNanos(1),
            Duration.ofMillis(1),
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
    private static final List<Integer> INTEGERS =
            List.of(0, 1, -1, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE);
    private static final List<Long> LONGS = List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
    private static final List<BigDecimal> DECIMALS = List.of(
            BigDecimal.ZERO,
            BigDecimal.ONE,
            BigDecimal.ONE.negate(),
            new BigDecimal("1e18"),
            new BigDecimal("1e60"),
            new BigDecimal("1e1000000000"),
            new BigDecimal("1e-1000000000"),
            new BigDecimal("-1e1000000000"));
    private static final List<String> TEXTS =
            List.of("", " ", "x", "\ud83d\ude00", "\ud83d", "a\nb", "\u0000", "\u001b[31m", ".", "x".repeat(100_000));

    /** One setter with one value. */
    record Case(String setter, Object value, Runnable set, Settings settings) {
        @Override
        public String toString() {
            String text = String.valueOf(value).replaceAll("[^ -~]", "?");
            return setter + "(" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + ")";
        }
    }

    /** What a setter may belong to. */
    private static final class Settings {
        final Limits.Builder limits = Limits.builder();
        final Timeouts.Builder timeouts = Timeouts.builder();
        final RetryPolicy.Builder retries = RetryPolicy.builder();
        final Polling.Builder polling = Polling.builder();
        final CreditBudget.Builder budget = CreditBudget.builder();
        final NeuralBox.Builder client = NeuralBox.builder();
        final GenerationRequest.Builder request = GenerationRequest.builder()
                .model("m")
                .message(Message.user("p"))
                .estimatedCredits(BigDecimal.ONE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void setterRefusesByNameOrItsValueWorks(Case one) {
        try {
            one.set.run();
        } catch (IllegalArgumentException refused) {
            String name = one.setter.substring(one.setter.lastIndexOf('.') + 1);
            assertThat(refused.getMessage()).contains(name).hasSizeLessThan(300);
            return;
        }
        StubTransport transport = new StubTransport();
        ManualDelayer clock = new ManualDelayer();
        NeuralBox client = one.settings
                .client
                .transport(transport)
                .delayer(clock)
                .apiKey("nb_test")
                .baseUri(java.net.URI.create("http://localhost"))
                .random(() -> 0.5)
                .limits(one.settings.limits.build())
                .timeouts(one.settings.timeouts.build())
                .retryPolicy(one.settings.retries.build())
                .budget(one.settings.budget.build())
                .build();
        GenerationRequest request = one.settings.request.build();

        transport
                .next(call -> call.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 0}"))
                .next(StubTransport.StubCall::story);
        assertEnds(client.generateAsync(request), clock);
        // A budget that is used up, or a limit of a byte, ends a call before its script.
        StubTransport other = new StubTransport();
        try (NeuralBox second = other.client(clock).build()) {
            other.next(call -> call.json(200, "{\"id\": \"g\", \"status\": \"pending\"}"));
            var pending = (GenerationAnswer.Pending) second.submit(GenerationRequest.of("m", "p"));
            other.always(call -> call.json(200, "{\"id\": \"g\", \"status\": \"completed\", \"content\": \"Once\"}"));
            assertEnds(second.awaitAsync(pending, one.settings.polling.build()), clock);
            assertThat(other.calls).hasSizeLessThan(3);
        }
        client.close();
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        add(cases, "limits.lineBytes", INTEGERS, (to, value) -> to.limits.lineBytes(value));
        add(cases, "limits.eventBytes", INTEGERS, (to, value) -> to.limits.eventBytes(value));
        add(cases, "limits.streamBytes", LONGS, (to, value) -> to.limits.streamBytes(value));
        add(cases, "limits.errorBodyBytes", INTEGERS, (to, value) -> to.limits.errorBodyBytes(value));
        add(cases, "limits.answerBytes", INTEGERS, (to, value) -> to.limits.answerBytes(value));
        add(cases, "limits.keptText", INTEGERS, (to, value) -> to.limits.keptText(value));
        add(cases, "timeouts.connect", DURATIONS, (to, value) -> to.timeouts.connect(value));
        add(cases, "timeouts.responseHead", DURATIONS, (to, value) -> to.timeouts.responseHead(value));
        add(cases, "timeouts.firstEvent", DURATIONS, (to, value) -> to.timeouts.firstEvent(value));
        add(cases, "timeouts.idle", DURATIONS, (to, value) -> to.timeouts.idle(value));
        add(cases, "timeouts.eventIdle", DURATIONS, (to, value) -> to.timeouts.eventIdle(value));
        add(cases, "timeouts.total", DURATIONS, (to, value) -> to.timeouts.total(value));
        add(cases, "retries.maxRetries", INTEGERS, (to, value) -> to.retries.maxRetries(value));
        add(cases, "retries.firstDelay", DURATIONS, (to, value) -> to.retries.firstDelay(value));
        add(cases, "retries.maxDelay", DURATIONS, (to, value) -> to.retries.maxDelay(value));
        add(
                cases,
                "retries.maxDelay",
                DURATIONS,
                (to, value) -> to.retries.maxDelay(value).firstDelay(value));
        add(cases, "retries.maxWait", DURATIONS, (to, value) -> to.retries.maxWait(value));
        add(cases, "polling.firstWait", DURATIONS, (to, value) -> to.polling.firstWait(value));
        add(cases, "polling.longestWait", DURATIONS, (to, value) -> to.polling.longestWait(value));
        add(cases, "polling.total", DURATIONS, (to, value) -> to.polling.total(value));
        add(cases, "budget.credits", DECIMALS, (to, value) -> to.budget.limit(value));
        add(cases, "budget.credits", DECIMALS, (to, value) -> to.budget.limit(value, Duration.ofHours(1)));
        add(cases, "budget.credits", DECIMALS, (to, value) -> to.budget.lowBalance(value));
        add(cases, "budget.window", DURATIONS, (to, value) -> to.budget.limit(BigDecimal.TEN, value));
        add(cases, "budget.window", DURATIONS, (to, value) -> to.budget.tenantLimit(BigDecimal.TEN, value));
        add(cases, "request.estimatedCredits", DECIMALS, (to, value) -> {
            to.budget.limit(BigDecimal.TEN);
            to.request.estimatedCredits(value);
        });
        add(cases, "request.maxTokens", INTEGERS, (to, value) -> to.request.maxTokens(value));
        add(
                cases,
                "request.temperature",
                List.of(0.0, -0.0, 2.0, -1.0, Double.NaN, Double.MAX_VALUE),
                (to, value) -> to.request.temperature(value));
        add(cases, "request.model", TEXTS, (to, value) -> to.request.model(value));
        add(cases, "request.system", TEXTS, (to, value) -> to.request.system(value));
        add(cases, "request.tenant", TEXTS, (to, value) -> {
            to.budget.tenantLimit(BigDecimal.TEN, Duration.ofHours(1));
            to.request.tenant(value);
        });
        add(cases, "request.bodyField", DECIMALS, (to, value) -> to.request.bodyField("x", value));
        add(cases, "request.bodyField", TEXTS, (to, value) -> to.request.bodyField("x", value));
        add(cases, "request.name", TEXTS, (to, value) -> to.request.bodyField(value, "x"));
        add(cases, "client.name", TEXTS, (to, value) -> {
            to.budget.limit(BigDecimal.TEN);
            to.client.name(value);
        });
        add(cases, "client.header", TEXTS, (to, value) -> to.client.header("X-Header", value));
        return cases.stream();
    }

    static Stream<Duration> durations() {
        return DURATIONS.stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "10.0.0.1", "::1", "[::1]", "xn--bcher-kva.example", "a_b", "proxy."})
    void proxyHasAHost(String host) {
        assertThat(ProxySettings.of(host, 8080).host()).isEqualTo(host);
    }

    @ParameterizedTest
    @MethodSource("noHosts")
    void proxyWithoutAHostThatCanBeLookedUpIsRefused(String host) {
        assertThatThrownBy(() -> ProxySettings.of(host, 8080))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host")
                .message()
                .hasSizeLessThan(300);
    }

    static Stream<String> noHosts() {
        return Stream.concat(
                TEXTS.stream().filter(text -> !text.equals("x") && !text.equals(".")),
                Stream.of("http://proxy", "user@proxy", "proxy/", "a b", "b\u00fccher.example", "proxy:80"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void proxyWithoutAPortIsRefused(int port) {
        assertThatThrownBy(() -> ProxySettings.of("proxy", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port");
    }

    /** RFC 7617, section 2: a user name has no colon, and neither part has control characters. */
    @ParameterizedTest
    @ValueSource(strings = {"a:b", ":", "a\nb", "\u0000", "a\u007f"})
    void credentialsThatBasicCannotCarryAreRefusedAndNotShown(String text) {
        ProxySettings proxy = ProxySettings.of("proxy", 8080);
        assertThatThrownBy(() -> proxy.withCredentials(text, "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("username")
                .hasMessageNotContaining("secret");
        if (text.indexOf(':') < 0) {
            assertThatThrownBy(() -> proxy.withCredentials("user", "secret" + text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("password")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void twoLimitsOfOneWindowCountOnceAndTheTighterHolds() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN, Duration.ofDays(1))
                .limit(BigDecimal.valueOf(20), Duration.ofHours(24))
                .limit(BigDecimal.valueOf(100))
                .limit(BigDecimal.valueOf(50))
                .tenantLimit(BigDecimal.valueOf(8), Duration.ofHours(1))
                .tenantLimit(BigDecimal.valueOf(6), Duration.ofMinutes(60))
                .tenantLimit("t", BigDecimal.valueOf(7), Duration.ofHours(1))
                .tenantLimit("t", BigDecimal.valueOf(5), Duration.ofMinutes(60))
                .build();
        StubTransport transport = new StubTransport();
        try (NeuralBox client =
                transport.client(new ManualDelayer()).name("n").budget(budget).build()) {
            transport.always(StubTransport.StubCall::story);
            client.generate(request("t"));

            for (BudgetState state :
                    budget.states("n", "t").toCompletableFuture().join()) {
                assertThat(state.usage().total()).as(state.line().key()).isEqualByComparingTo("3");
            }
            assertThat(budget.states("n", "t").toCompletableFuture().join())
                    .extracting(state -> state.line().limit().intValueExact())
                    .containsExactlyInAnyOrder(10, 50, 5);
            assertThat(budget.states("n", "u").toCompletableFuture().join())
                    .extracting(state -> state.line().limit().intValueExact())
                    .containsExactlyInAnyOrder(10, 50, 6);
        }
    }

    @Test
    void nameThatReadsAsAWindowHasACountOfItsOwn() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN)
                .limit(BigDecimal.TEN, Duration.ofHours(1))
                .build();
        StubTransport transport = new StubTransport();
        transport.always(StubTransport.StubCall::story);
        ManualDelayer clock = new ManualDelayer();
        for (String name : List.of("n", "n for PT1H", "PT1H of client n", "client n", "PT1H of n")) {
            try (NeuralBox client =
                    transport.client(clock).name(name).budget(budget).build()) {
                client.generate(request(null));
            }
            for (BudgetState state :
                    budget.states(name, null).toCompletableFuture().join()) {
                assertThat(state.usage().total()).as(state.line().key()).isEqualByComparingTo("3");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("incredibleBills")
    @Logs("an impossible cost of a generation")
    void billThatCannotBeTrueIsUnknownAndLocksNothing(String bill) {
        List<BigDecimal> unsettled = new ArrayList<>();
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN)
                .listener(new BudgetListener() {
                    @Override
                    public void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {
                        unsettled.add(credits);
                    }
                })
                .build();
        top.neuralbox.budget.BillingLedger ledger = new top.neuralbox.budget.BillingLedger();
        RecordingListener notes = new RecordingListener();
        StubTransport transport = new StubTransport();
        try (NeuralBox client = transport
                .client(new ManualDelayer())
                .name("n")
                .budget(budget)
                .listener(ledger)
                .listener(notes)
                .build()) {
            transport.next(call -> call.stream()
                    .start()
                    .event("{\"type\": \"generation_end\", \"tokens_used\": " + bill + "}")
                    .done()
                    .finish());
            Generation generation = client.generate(request(null));

            assertThat(generation.billing().creditsUsed()).isEqualByComparingTo(bill);
            assertThat(notes.outcome().billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(notes.outcome().billing()).isEqualTo(Billing.of(null, null));
            assertThat(unsettled).containsExactly(BigDecimal.ONE);
            assertThat(ledger.credits()).isZero();
            assertThat(ledger.totals().get(0).unknown()).isEqualTo(1);
            transport.next(StubTransport.StubCall::story);
            assertThat(client.generate(request(null)).text()).isEqualTo("Once");
            assertThat(ledger.credits()).isEqualByComparingTo("3");
        }
    }

    static Stream<String> incredibleBills() {
        return Stream.of("-1", "-1e60", "1e60", "1e18", "9223372036854775807", "-0.000001");
    }

    @Test
    void windowNeverOutlivesItsLengthWhateverTheClockDoes() {
        Instant noon = Instant.parse("2026-03-08T12:30:00Z");
        Instant[] now = {noon};
        var store = top.neuralbox.budget.BudgetStore.inMemory(() -> now[0]);
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN, Duration.ofHours(1))
                .store(store)
                .build();
        StubTransport transport = new StubTransport();
        try (NeuralBox client =
                transport.client(new ManualDelayer()).name("n").budget(budget).build()) {
            transport.always(StubTransport.StubCall::story);
            client.generate(request(null));
            now[0] = noon.plus(Duration.ofDays(7));
            client.generate(request(null));
            client.generate(request(null));
            client.generate(request(null));
            assertThat(spent(budget)).isEqualByComparingTo("9");

            now[0] = noon.plusSeconds(1);
            assertThat(spent(budget)).isEqualByComparingTo("3");
            client.generate(request(null));
            assertThat(spent(budget)).isEqualByComparingTo("6");

            now[0] = noon.plus(Duration.ofHours(1));
            assertThat(spent(budget)).isZero();
        }
    }

    private static BigDecimal spent(CreditBudget budget) {
        return budget.states("n", null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage()
                .spent();
    }

    private static GenerationRequest request(String tenant) {
        GenerationRequest.Builder request =
                GenerationRequest.builder().model("m").prompt("p").estimatedCredits(BigDecimal.ONE);
        if (tenant != null) {
            request.tenant(tenant);
        }
        return request.build();
    }

    private static <T> void add(List<Case> cases, String setter, List<T> values, BiConsumer<Settings, T> set) {
        for (T value : values) {
            Settings settings = new Settings();
            cases.add(new Case(setter, value, () -> set.accept(settings, value), settings));
        }
    }

    /** What the client does between two timers it does on threads of its own. */
    private static void awaitEndOrTimer(CompletableFuture<?> call, ManualDelayer clock) {
        for (int i = 0; i < 10_000 && !call.isDone() && clock.pending() == 0; i++) {
            try {
                call.get(1, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                continue;
            } catch (ExecutionException ended) {
                return;
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    /** It completes, or fails by a limit or a time-out that the value names; nothing of ours breaks on the way. */
    private static void assertEnds(CompletableFuture<?> call, ManualDelayer clock) {
        awaitEndOrTimer(call, clock);
        for (int i = 0; i < 100 && !call.isDone(); i++) {
            clock.advance(Duration.ofMinutes(1));
            awaitEndOrTimer(call, clock);
        }
        if (!call.isDone()) {
            // A wait of centuries is what was asked for.
            assertThat(clock.pending()).isPositive();
            call.cancel(false);
            return;
        }
        try {
            assertThat(call.join()).isNotNull();
        } catch (CompletionException e) {
            assertThat(e.getCause())
                    .isInstanceOfAny(
                            StreamBrokenException.class,
                            GenerationTimeoutException.class,
                            RateLimitException.class,
                            UnexpectedResponseException.class,
                            BudgetExceededException.class);
            assertThat(e.getCause().getMessage()).doesNotContain("given up").hasSizeLessThan(1_000);
        }
    }
}
