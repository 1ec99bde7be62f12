package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.concurrent.ManualDelayer;

/** The attributes of a request: who sees them, and who does not. */
class AttributesTest {

    private static final GenerationRequest REQUEST =
            request().attribute("user", "alice").attribute("feature", "poems").build();
    private static final String PENDING = "{\"id\": 1, \"status\": \"pending\"}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final List<Map<String, String>> infos = new ArrayList<>();
    private final List<GenerationOutcome> outcomes = new ArrayList<>();
    private final List<GenerationOutcome> settled = new ArrayList<>();
    private final NeuralBox client = transport.client(clock).listener(new Ear()).build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void listenerSeesThemFromTheBeginningToTheEnd() {
        transport.next(StubTransport.StubCall::story);
        client.generateAsync(REQUEST).join();

        assertThat(infos).containsExactly(Map.of("user", "alice", "feature", "poems"));
        assertThat(outcomes.get(0).attributes()).containsExactly(entry("user", "alice"), entry("feature", "poems"));
        assertThat(outcomes.get(0).id()).isEqualTo("gen_1");
    }

    @Test
    void outcomeOfAFailureHasThem() {
        transport.next(call -> call.stream().start().finish());
        var unused = client.generateAsync(REQUEST);

        assertThat(outcomes.get(0).attributes()).containsEntry("user", "alice");
        assertThat(outcomes.get(0).id()).isEqualTo("gen_1");
        assertThat(outcomes.get(0).kind()).isEqualTo(GenerationOutcome.Kind.TRUNCATED);
    }

    @Test
    void outcomeOfWhatWasNeverSentHasThem() {
        client.close();
        var unused = client.generateAsync(REQUEST);

        assertThat(outcomes.get(0).attributes()).containsEntry("user", "alice");
        assertThat(outcomes.get(0).id()).isNull();
    }

    @Test
    void outcomeOfAMediaAnswerHasItsId() {
        transport.next(call -> call.json(200, "{\"id\": 18473, \"status\": \"completed\", \"url\": \"https://a\"}"));
        var unused = client.submitAsync(REQUEST);

        assertThat(outcomes.get(0).id()).isEqualTo("18473");
    }

    @Test
    void billThatBecomesKnownLaterHasThem() {
        transport.next(call -> call.json(200, PENDING));
        var pending = (GenerationAnswer.Pending) client.submit(REQUEST);
        transport.next(call -> call.json(200, "{\"id\": 1, \"status\": \"completed\", \"content\": \"x\"}"));
        var unused = client.awaitAsync(pending);
        clock.advance(Duration.ofSeconds(1));

        assertThat(settled.get(0).attributes()).containsEntry("feature", "poems");
        assertThat(settled.get(0).id()).isEqualTo("1");
    }

    @Test
    void budgetSeesThemBeforeAndAfter() {
        List<Map<String, String>> seen = new ArrayList<>();
        CreditGuard guard = (request, info, account) -> {
            seen.add(request.attributes());
            seen.add(info.attributes());
            return CompletableFuture.completedFuture(outcome -> seen.add(outcome.attributes()));
        };
        transport.next(StubTransport.StubCall::story);
        try (NeuralBox guarded = transport.client(clock).budget(guard).build()) {
            guarded.generateAsync(REQUEST).join();
        }

        assertThat(seen).hasSize(3).containsOnly(REQUEST.attributes());
    }

    @Test
    void ledgerGroupsByThoseThatItIsTold() throws Exception {
        BillingLedger ledger = BillingLedger.byAttributes("feature", "of, \"mine\"", "feature");
        try (NeuralBox client = transport.client(clock).listener(ledger).build()) {
            transport.always(StubTransport.StubCall::story);
            for (GenerationRequest each : List.of(
                    REQUEST,
                    request()
                            .attribute("feature", "poems")
                            .attribute("user", "bob")
                            .build(),
                    request().attribute("feature", "a \"tale\"").build(),
                    request().build())) {
                client.generateAsync(each).join();
            }
        }
        StringBuilder csv = new StringBuilder();
        ledger.writeCsv(csv);

        assertThat(csv)
                .hasToString("tenant,model,\"feature\",\"of, \"\"mine\"\"\",generations,charged,unknown,credits\r\n"
                        + ",\"gpt-5\",,,1,1,0,3\r\n"
                        + ",\"gpt-5\",\"a \"\"tale\"\"\",,1,1,0,3\r\n"
                        + ",\"gpt-5\",\"poems\",,2,2,0,6\r\n");
        assertThat(ledger.totals().get(2).attributes()).isEqualTo(Map.of("feature", "poems"));
        assertThat(ledger.credits()).isEqualTo(BigDecimal.valueOf(12));
    }

    @Test
    void nothingOfThemIsSent() {
        transport.next(StubTransport.StubCall::story);
        client.generateAsync(REQUEST).join();
        var sent = transport.call(0).request;

        assertThat(sent.headers() + " " + sent.uri() + " " + new String(sent.body(), StandardCharsets.UTF_8))
                .doesNotContain("alice", "user\":\"", "poems", "feature");
    }

    @Test
    void noTextShowsThem() {
        transport.next(StubTransport.StubCall::story);
        client.generateAsync(REQUEST).join();

        assertThat(List.of(REQUEST, outcomes.get(0)))
                .allSatisfy(each -> assertThat(each.toString()).doesNotContain("alice", "poems"));
    }

    @Test
    void sameNameReplacesTheValueAndABuilderChangesNoRequestThatItBuilt() {
        GenerationRequest.Builder builder = request().attribute("user", "alice");
        GenerationRequest first = builder.build();
        GenerationRequest second = builder.attribute("user", "").build();

        assertThat(first.attributes()).containsExactly(entry("user", "alice"));
        assertThat(second.attributes()).containsExactly(entry("user", ""));
        assertThatThrownBy(() -> first.attributes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void thirtyTwoAreAccepted() {
        GenerationRequest.Builder builder = request();
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < 32; i++) {
            String name = i + "n".repeat(98);
            builder.attribute(name, "v".repeat(1_000));
            all.put(name, "v".repeat(1_000));
        }
        builder.attribute("0" + "n".repeat(98), "again");
        all.put("0" + "n".repeat(98), "again");

        assertThat(builder.build().attributes()).isEqualTo(all);
        assertThatThrownBy(() -> builder.attribute("one more", "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a request has at most 32 attributes");
    }

    @Test
    void whatIsOutsideTheLimitsIsRefusedByNameWithoutItsValue() {
        String secret = "secret".repeat(1_000);
        assertThatThrownBy(() -> request().attribute("user", secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attribute user has 6000 characters; at most 1000 are allowed");
        assertThatThrownBy(() -> request().attribute("n".repeat(101), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the name of an attribute has 101 characters; at most 100 are allowed");
        assertThatThrownBy(() -> request().attribute(" ", "x")).hasMessage("name must not be blank");
        assertThatThrownBy(() -> request().attribute(null, "x"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
        assertThatThrownBy(() -> request().attribute("user", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("value");
    }

    private static GenerationRequest.Builder request() {
        return GenerationRequest.builder().model("gpt-5").message(Message.user("hello"));
    }

    private final class Ear implements GenerationListener {

        @Override
        public Observer started(GenerationInfo info) {
            infos.add(info.attributes());
            return outcomes::add;
        }

        @Override
        public void settled(GenerationInfo info, GenerationOutcome outcome) {
            settled.add(outcome);
        }
    }
}
