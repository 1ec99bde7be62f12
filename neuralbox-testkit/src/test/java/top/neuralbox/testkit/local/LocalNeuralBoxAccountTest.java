package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalNeuralBoxAccountTest {

    @Test
    void fractionsAreExact() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .balance(new BigDecimal("0.3"))
                .model("cheap", "text", new BigDecimal("0.1"))
                .start()) {
            String body = LocalClient.generate(service, "{\"model\": \"cheap\", \"prompt\": \"x\", \"stream\": true}")
                    .body();

            assertThat(body).contains("\"tokens_used\": 0.1, \"balance_remaining\": 0.2}");
        }
    }

    @Test
    void clientThatLeavesBeforeTheEndPaysNothing() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            service.misbehave(Fault.endless());
            try (LocalClient client = new LocalClient(service)) {
                client.sendPost("/api/v2/generate", LocalClient.STREAM);
                client.head();
            }
            service.awaitGenerations(Outcome.DISCONNECTED, 1);

            assertThat(service.balance()).isEqualByComparingTo("300");
        }
    }

    @Test
    void sumsAgreeWhateverHappensAtOnce() throws Exception {
        int each = 25;
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().answer("one two three").start()) {
            for (int i = 0; i < each; i++) {
                service.misbehave();
                service.misbehave(Fault.fail(2, "down"));
                service.misbehave(Fault.refuse(503, "model_unavailable", ""));
                service.misbehave(Fault.cutAfter(200));
            }
            ExecutorService clients = Executors.newFixedThreadPool(16);
            try {
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 4 * each; i++) {
                    calls.add(clients.submit(() -> {
                        try (LocalClient client = new LocalClient(service)) {
                            client.sendPost("/api/v2/generate", LocalClient.STREAM);
                            return client.drain();
                        }
                    }));
                }
                for (Future<?> call : calls) {
                    call.get();
                }
            } finally {
                clients.shutdownNow();
            }

            assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(each);
            assertThat(service.generations(Outcome.FAILED)).isEqualTo(2 * each);
            assertThat(service.generations(Outcome.REFUSED)).isEqualTo(each);
            assertThat(service.generations(Outcome.DISCONNECTED)).isZero();
            assertThat(service.creditsCharged()).isEqualByComparingTo(BigDecimal.valueOf(3L * each));
            assertThat(service.balance()).isEqualByComparingTo(BigDecimal.valueOf(300 - 3L * each));
            assertThat(service.deltasSent()).isEqualTo((3 + 2 + 2) * each);
            assertThat(service.requestCount()).isEqualTo(4L * each);
        }
    }
}
