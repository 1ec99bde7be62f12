package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.examples.audit.AuditLog;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

@ExtendWith(Guide.class)
class AuditPageTest {

    @Test
    void eachGenerationIsOneLine(Guide guide) throws IOException {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-28T22:00:00Z"));

        AuditLog audit = new AuditLog(clock, System.out::println);
        NeuralBox neuralBox = NeuralBox.builder().listener(audit).build();

        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .tenant("acme")
                .attribute("user", "alice")
                .attribute("order", "4711")
                .build();
        String text = neuralBox.generate(request).text();
        neuralBox.close();

        assertThat(guide.printed()).endsWith("}\n").doesNotContain("haiku", text);
        JsonNode line = new ObjectMapper().readTree(guide.printed());
        assertThat(line.get("id").asText()).startsWith("gen_");
        assertThat(line.get("model").asText()).isEqualTo("gpt-5");
        assertThat(line.get("tenant").asText()).isEqualTo("acme");
        assertThat(line.get("end").asText()).isEqualTo("COMPLETED");
        assertThat(line.get("charge").asText()).isEqualTo("CHARGED");
        assertThat(line.get("credits").asInt()).isEqualTo(3);
        assertThat(line.get("attributes")).hasToString("{\"user\":\"alice\",\"order\":\"4711\"}");
        assertThat(line.get("started").asText()).isEqualTo("2026-11-28T22:00:00Z");
    }

    @Test
    void lineOfAFailureHasNothingOfPromptTextAndMessage(Guide guide) {
        List<String> lines = new CopyOnWriteArrayList<>();
        guide.service().misbehave(Fault.withoutEnd());
        try (NeuralBox neuralBox = NeuralBox.builder()
                .listener(new AuditLog(InstantSource.system(), lines::add))
                .build()) {
            assertThatThrownBy(() -> neuralBox.generate(GenerationRequest.of("gpt-5", "Write a \"haiku\"\n")))
                    .isInstanceOf(StreamBrokenException.class);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("\"end\":\"TRUNCATED\"", "\"charge\":\"UNKNOWN\"", "\"error\":\"StreamBrokenException\"")
                .doesNotContain("haiku", "short story", "\n");
    }

    @Test
    void chargeThatBecomesKnownLaterIsASecondLine(Guide guide) {
        guide.serve(LocalNeuralBox.builder().mediaPolls(1));
        List<String> lines = new CopyOnWriteArrayList<>();
        GenerationRequest picture = GenerationRequest.builder()
                .model("dall-e-3")
                .prompt("A robot that paints")
                .attribute("order", "4711")
                .build();
        try (NeuralBox neuralBox = NeuralBox.builder()
                .listener(new AuditLog(InstantSource.system(), lines::add))
                .build()) {
            neuralBox.await((GenerationAnswer.Pending) neuralBox.submit(picture));
        }

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("\"charge\":\"UNKNOWN\"", "\"ended\":");
        assertThat(lines.get(1)).contains("\"charge\":\"CHARGED\"", "\"settled\":", "\"order\":\"4711\"");
    }

    @Test
    void ledgerGroupsByAttributes(Guide guide) throws IOException {
        BillingLedger ledger = BillingLedger.byAttributes("feature");
        NeuralBox neuralBox = NeuralBox.builder().listener(ledger).build();

        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .attribute("feature", "poems")
                .build();
        neuralBox.generate(request);
        neuralBox.close();
        ledger.writeCsv(System.out);

        assertThat(guide.printed())
                .isEqualTo("tenant,model,\"feature\",generations,charged,unknown,credits\r\n"
                        + ",\"gpt-5\",\"poems\",1,1,0,3\r\n");
    }
}
