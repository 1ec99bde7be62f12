package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.concurrent.ManualDelayer;

/**
 * The table of what an answer in one piece comes to: what {@code status} says, by what stands beside it. The same for an
 * answer to {@code submit}, to a stream call, and to a poll; and for each the budget and the ledger count the same.
 */
class AnswerTableTest {

    private static final BigDecimal RESERVED = new BigDecimal(2);

    private static final List<String> STATUS = List.of("completed", "failed", "pending", "rendering", "");
    /** Absent, null, nothing said, something said. */
    private static final List<String> ERROR =
            List.of("", "null", "\"\"", "{}", "\"boom\"", "{\"code\": \"E7\", \"message\": \"boom\"}");

    private static final List<String> RESULT = List.of("", "text", "url");
    private static final List<String> TOKENS = List.of("", "0", "7");

    /** One row of the table. */
    record Row(String status, String error, String result, String tokens) {

        String json() {
            return "{\"id\": \"gen_1\", \"model\": \"m\""
                    + (status.isEmpty() ? "" : ", \"status\": \"" + status + "\"")
                    + (error.isEmpty() ? "" : ", \"error\": " + error)
                    + (result.equals("text") ? ", \"content\": \"Hi\", \"result_url\": null" : "")
                    + (result.equals("url") ? ", \"result_url\": \"https://cdn/1.png\", \"result_text\": null" : "")
                    + (tokens.isEmpty() ? "" : ", \"tokens_used\": " + tokens)
                    + "}";
        }

        boolean saysAnError() {
            return error.contains("boom");
        }

        boolean hasError() {
            return !error.isEmpty() && !error.equals("null");
        }

        Outcome expected() {
            return switch (status) {
                case "completed" -> result.isEmpty() ? new Outcome("unexpected", billed()) : result(result);
                case "failed" ->
                    new Outcome("failed", tokens.equals("7") ? BillingState.UNKNOWN : BillingState.NOT_CHARGED);
                case "pending" -> new Outcome("pending", BillingState.UNKNOWN);
                case "" ->
                    saysAnError() || (result.isEmpty() && hasError())
                            ? new Outcome("failed", BillingState.UNKNOWN)
                            : result(result);
                default ->
                    result.isEmpty() && saysAnError() ? new Outcome("failed", BillingState.UNKNOWN) : result(result);
            };
        }

        private BillingState billed() {
            return tokens.isEmpty() ? BillingState.UNKNOWN : BillingState.CHARGED;
        }

        private static Outcome result(String result) {
            return result.isEmpty()
                    ? new Outcome("pending", BillingState.UNKNOWN)
                    : new Outcome(result, BillingState.CHARGED);
        }

        /** What the budget and the ledger count as spent. */
        BigDecimal spent(BillingState state) {
            if (state == BillingState.NOT_CHARGED || expected().kind.equals("pending")) {
                return BigDecimal.ZERO;
            }
            return tokens.isEmpty()
                    ? state == BillingState.CHARGED ? RESERVED : BigDecimal.ZERO
                    : new BigDecimal(tokens);
        }
    }

    record Outcome(String kind, BillingState state) {}

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener notes = new RecordingListener();
    private final BillingLedger ledger = new BillingLedger();
    private final CreditBudget budget =
            CreditBudget.builder().limit(BigDecimal.TEN).build();
    private final NeuralBox client = transport
            .client(clock)
            .name("table")
            .listener(notes)
            .listener(ledger)
            .budget(budget)
            .build();
    private final GenerationRequest request = GenerationRequest.builder()
            .model("m")
            .prompt("p")
            .estimatedCredits(RESERVED)
            .build();

    @AfterEach
    void close() {
        client.close();
    }

    static Stream<Row> rows() {
        return STATUS.stream()
                .flatMap(status -> ERROR.stream()
                        .flatMap(error -> RESULT.stream()
                                .flatMap(result ->
                                        TOKENS.stream().map(tokens -> new Row(status, error, result, tokens)))));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void statusDecidesOverASubmittedAnswer(Row row) {
        transport.next(call -> call.json(200, row.json()));

        assertOutcome(row, client.submitAsync(request));
        assertThat(notes.outcome().billingState()).isEqualTo(row.expected().state);
        assertCounted(row);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void statusDecidesOverAnAnswerToAStreamCall(Row row) {
        transport.next(call -> call.json(200, row.json()));

        CompletableFuture<Generation> generation = client.generateAsync(request);
        assertThat(generation).isDone();
        Throwable error = generation.handle((done, failure) -> failure).join();
        if (error instanceof NotAStreamException media) {
            assertThat(kind(media.answer())).isEqualTo(row.expected().kind);
            assertThat(media.billingState()).isEqualTo(row.expected().state);
            assertThat(media.json()).isEqualTo(row.json());
            assertCounted(row);
        } else if (error == null) {
            assertThat(row.expected().kind).isEqualTo("text");
            assertThat(generation.join().text()).isEqualTo("Hi");
            assertCounted(row);
        } else {
            assertFailure(row, (NeuralBoxException) error);
            assertCounted(row);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void statusDecidesOverAPolledAnswer(Row row) {
        transport.next(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"pending\", \"tokens_used\": 0}"));
        var pending = (GenerationAnswer.Pending) client.submit(request);
        CompletableFuture<GenerationAnswer> awaited = client.awaitAsync(pending);
        transport.next(call -> call.json(200, row.json()));
        clock.advance(Duration.ofSeconds(1));

        if (row.expected().kind.equals("pending")) {
            assertThat(awaited).isNotDone();
        } else {
            assertOutcome(row, awaited);
        }
        assertCounted(row);
    }

    private void assertOutcome(Row row, CompletableFuture<GenerationAnswer> answered) {
        assertThat(answered).isDone();
        try {
            GenerationAnswer answer = answered.join();
            assertThat(kind(answer)).isEqualTo(row.expected().kind);
            assertThat(answer.json()).isEqualTo(row.json());
        } catch (CompletionException e) {
            assertFailure(row, (NeuralBoxException) e.getCause());
        }
    }

    private static void assertFailure(Row row, NeuralBoxException error) {
        assertThat(error)
                .isInstanceOf(
                        row.expected().kind.equals("failed")
                                ? GenerationFailedException.class
                                : UnexpectedResponseException.class);
        assertThat(row.expected().kind).isIn("failed", "unexpected");
        assertThat(error.billingState()).isEqualTo(row.expected().state);
        assertThat(error.partial().id()).isEqualTo("gen_1");
        assertThat(error.partial().billing())
                .isEqualTo(Billing.of(row.tokens.isEmpty() ? null : new BigDecimal(row.tokens), null));
        if (row.saysAnError()) {
            assertThat(error).hasMessageContaining("boom");
        }
        if (error instanceof GenerationFailedException failed) {
            assertThat(failed.json()).isEqualTo(row.json());
            assertThat(failed.serviceMessage())
                    .isEqualTo(row.saysAnError() ? "boom" : row.error.equals("\"\"") ? "" : null);
            if (row.error.contains("E7")) {
                assertThat(failed.code()).isEqualTo("E7");
            }
        }
    }

    private void assertCounted(Row row) {
        BillingState state = row.expected().state;
        BudgetUsage usage =
                budget.states("table", null).toCompletableFuture().join().get(0).usage();
        boolean unsettled = state == BillingState.UNKNOWN
                && (row.tokens.isEmpty() || row.expected().kind.equals("pending"));
        assertThat(usage.spent()).isEqualByComparingTo(row.spent(state));
        assertThat(usage.unsettled()).isEqualByComparingTo(unsettled ? RESERVED : BigDecimal.ZERO);
        assertThat(usage.reserved()).isEqualByComparingTo(BigDecimal.ZERO);
        boolean told = !row.tokens.isEmpty();
        assertThat(ledger.credits()).isEqualByComparingTo(told ? row.spent(state) : BigDecimal.ZERO);
        assertThat(ledger.totals().get(0).generations()).isEqualTo(1);
        assertThat(ledger.totals().get(0).unknown()).isEqualTo(state == BillingState.UNKNOWN ? 1 : 0);
    }

    private static String kind(GenerationAnswer answer) {
        return answer instanceof GenerationAnswer.Text
                ? "text"
                : answer instanceof GenerationAnswer.Media ? "url" : "pending";
    }
}
