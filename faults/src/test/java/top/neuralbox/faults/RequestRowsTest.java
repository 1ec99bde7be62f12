package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.ApiException;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.ResponseHeaders;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;

/** Rows 93 to 95: what came with an answer, what belongs to a request, and what became of a generation. */
@ParameterizedClass
@EnumSource
class RequestRowsTest {

    @Parameter
    Carrier carrier;

    @Test
    void row93FieldsOfAGatewayAreOnTheResult() {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.head(
                            200,
                            "Content-Type",
                            "text/event-stream",
                            "CF-Ray",
                            "ray-1",
                            "x-ECHO",
                            "Bearer " + FaultRow.KEY)
                    .data(Reply.sse(START, DELTA, END, DONE))
                    .end());
            ResponseHeaders headers =
                    row.client().generateAsync(request()).join().responseHeaders();

            assertThat(headers.first("cf-rAY")).isEqualTo("ray-1");
            assertThat(headers.all("X-Echo")).containsExactly("Bearer [redacted]");
            assertThat(headers.first("content-type")).isEqualTo("text/event-stream");
            assertThat(headers.toString()).doesNotContain("ray-1");
        }
    }

    @Test
    void row93FieldsOfAGatewayAreOnEachFailure() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            assertThat(row.fails(
                                    ApiException.class,
                                    Reply.html(502, "<html>upstream</html>", "CF-Ray", "ray-1", "X-Key", FaultRow.KEY))
                            .responseHeaders())
                    .satisfies(headers -> assertThat(headers.first("cf-ray")).isEqualTo("ray-1"))
                    .satisfies(headers -> assertThat(headers.first("x-key")).isEqualTo("[redacted]"));

            assertThat(row.fails(
                                    StreamBrokenException.class,
                                    Reply.head(200, "Content-Type", "text/event-stream", "CF-Ray", "ray-2")
                                            .data(Reply.sse(START, DELTA))
                                            .end())
                            .responseHeaders()
                            .first("cf-ray"))
                    .isEqualTo("ray-2");
        }
    }

    @Test
    void row94AttributesAreNotAmongTheBytesThatAServerGets() {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("Write a haiku"))
                .tenant("tenant-tracer")
                .attribute("name-tracer", "value-tracer")
                .build();
        try (FaultRow row = FaultRow.on(carrier).expectRequests(3)) {
            row.answer(
                    Reply.refusal(503, "model_unavailable"),
                    Reply.whole(),
                    Reply.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"Here\"}"));
            row.client().generateAsync(request).join();
            row.client().submitAsync(request).join();

            assertThat(row.server().requests())
                    .hasSize(3)
                    .allSatisfy(sent ->
                            assertThat(sent).contains("POST", "Write a haiku").doesNotContain("tracer"));
            assertThat(row.ledger().outcomes())
                    .allSatisfy(
                            outcome -> assertThat(outcome.attributes()).containsEntry("name-tracer", "value-tracer"))
                    .allSatisfy(outcome -> assertThat(outcome.toString()).doesNotContain("tracer"));
        }
    }

    @Test
    void row95BrokenStreamIsPickedUpByItsIdAndSettled() {
        CreditBudget budget = budget(BudgetStore.inMemory(), new CopyOnWriteArrayList<>());
        BillingLedger ledger = new BillingLedger();
        try (FaultRow row = FaultRow.on(
                        carrier,
                        settings -> settings.name("row95").budget(budget).listener(ledger))
                .expectRequests(4)) {
            StreamBrokenException error = row.fails(
                    StreamBrokenException.class,
                    Reply.stream(Reply.sse(START, DELTA)).end());
            assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(usage(budget, "row95").unsettled()).isEqualTo("8");
            String id = error.partial().id();

            row.answer(
                    Reply.refusal(404, "not_found"),
                    Reply.json(
                            200,
                            "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"Here it is\","
                                    + " \"tokens_used\": 7}"),
                    Reply.json(
                            200,
                            "{\"id\": \"gen_1\", \"status\": \"completed\", \"result_text\": \"Here it is\","
                                    + " \"tokens_spent\": 7}"));
            for (int i = 0; i < 2; i++) {
                assertThat(row.client().generationAsync(id).join())
                        .isInstanceOfSatisfying(
                                GenerationAnswer.Text.class,
                                text -> assertThat(text.text()).isEqualTo("Here it is"));
                assertThat(usage(budget, "row95")).isEqualTo(spent("7"));
                assertThat(ledger.credits()).isEqualTo("7");
                assertThat(ledger.totals().get(0).unknown()).isZero();
            }
            assertThat(row.server().requests().subList(1, 4))
                    .extracting(sent -> sent.substring(0, sent.indexOf('\n')))
                    .containsExactly(
                            "GET /api/v2/generate/status/gen_1",
                            "GET /api/v2/generate/gen_1",
                            "GET /api/v2/generate/status/gen_1");
        }
    }

    @Test
    void row95AnotherClientSettlesByTheNameOfTheReservation() {
        BudgetStore store = BudgetStore.inMemory();
        List<String> reserved = new CopyOnWriteArrayList<>();
        CreditBudget budget = budget(store, reserved);
        try (FaultRow row = FaultRow.on(
                        carrier, settings -> settings.name("row95").budget(budget))
                .expectRequests(3)) {
            row.answer(Reply.json(200, "{\"id\": 18473, \"status\": \"pending\"}"));
            String id = row.client().submitAsync(request()).join().id();
            try (NeuralBox there = row.clock()
                    .drive(NeuralBox.builder()
                            .apiKey(FaultRow.KEY)
                            .baseUri(row.server().uri())
                            .transport(row.transport())
                            .budget(budget(store, new CopyOnWriteArrayList<>())))
                    .build()) {
                row.answer(
                        Reply.json(200, "{\"id\": 18473, \"status\": \"pending\"}"),
                        Reply.json(
                                200,
                                "{\"id\": 18473, \"status\": \"completed\", \"result_url\": \"https://cdn.invalid/1\","
                                        + " \"tokens_spent\": 7}"));
                assertThat(there.generationAsync(id, reserved.get(0)).join())
                        .isInstanceOf(GenerationAnswer.Pending.class);
                assertThat(usage(budget, "row95").unsettled()).isEqualTo("8");

                var picture = there.awaitAsync(GenerationAnswer.Pending.of(id, reserved.get(0)));
                row.clock().advance(Duration.ofSeconds(1));
                assertThat(picture.join()).isInstanceOf(GenerationAnswer.Media.class);
            }
            assertThat(usage(budget, "row95")).isEqualTo(spent("7"));
        }
    }

    @Test
    void row95GenerationThatIsNotFoundStaysUnknown() {
        CreditBudget budget = budget(BudgetStore.inMemory(), new CopyOnWriteArrayList<>());
        try (FaultRow row = FaultRow.on(
                        carrier, settings -> settings.name("row95").budget(budget))
                .expectRequests(3)) {
            row.fails(
                    StreamBrokenException.class,
                    Reply.stream(Reply.sse(START, DELTA)).end());
            row.answer(Reply.refusal(404, "not_found"), Reply.html(404, "<html>no such path</html>"));

            var lost = row.client().generationAsync("gen_1");

            ApiException error = (ApiException)
                    catchThrowableOfType(CompletionException.class, lost::join).getCause();
            assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(error.partial().id()).isEqualTo("gen_1");
            assertThat(usage(budget, "row95").unsettled()).isEqualTo("8");
        }
    }

    private static CreditBudget budget(BudgetStore store, List<String> reserved) {
        return CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000))
                .estimate(request -> BigDecimal.valueOf(8))
                .store(store)
                .listener(new BudgetListener() {
                    @Override
                    public void reserved(GenerationInfo info, String reservation, BigDecimal credits) {
                        reserved.add(reservation);
                    }
                })
                .build();
    }

    private static BudgetUsage usage(CreditBudget budget, String client) {
        return budget.states(client, null).toCompletableFuture().join().get(0).usage();
    }

    private static BudgetUsage spent(String credits) {
        return new BudgetUsage(new BigDecimal(credits), BigDecimal.ZERO, BigDecimal.ZERO);
    }
}
