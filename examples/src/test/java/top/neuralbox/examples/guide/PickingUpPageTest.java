package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

@ExtendWith(Guide.class)
class PickingUpPageTest {

    private static final String BEFORE_THE_END =
            "data: {\"type\": \"generation_start\", \"id\": \"gen_000000000000\", \"model\": \"gpt-5\"}\n\n"
                    + "data: {\"type\": \"content_delta\", \"delta\": \"Once\"}\n\n";

    @Test
    void brokenStreamIsPickedUp(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("Once"));
        guide.service().misbehave(Fault.cutAfter(BEFORE_THE_END.length() + 10));
        NeuralBox neuralBox = NeuralBox.create();
        GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

        String text = FinishedText.of(neuralBox, request);

        assertThat(text).isEqualTo("Once");
        assertThat(guide.service().creditsCharged()).isEqualTo(BigDecimal.valueOf(3));
        neuralBox.close();
    }

    @Test
    void applicationKeepsIdsAndAnotherProcessPicksThemUp(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("Once").mediaPolls(1));
        BudgetStore store = BudgetStore.inMemory();
        Orders orders = new Orders();

        BudgetListener keeper = new BudgetListener() {
            @Override
            public void reserved(GenerationInfo info, String reservation, BigDecimal credits) {
                orders.keepReservation(info.attributes().get("order"), reservation);
            }
        };
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000))
                .store(store)
                .listener(keeper)
                .build();

        try (NeuralBox neuralBox = NeuralBox.builder().budget(budget).build()) {
            GenerationRequest picture = GenerationRequest.builder()
                    .model("dall-e-3")
                    .prompt("A robot that paints")
                    .attribute("order", "4711")
                    .build();
            if (neuralBox.submit(picture) instanceof GenerationAnswer.Pending pending) {
                orders.keepGeneration("4711", pending.id());
            }

            GenerationRequest poem = GenerationRequest.builder()
                    .model("gpt-5")
                    .prompt("Write a haiku")
                    .attribute("order", "4712")
                    .estimatedCredits(BigDecimal.valueOf(3))
                    .build();
            guide.service().misbehave(Fault.cutAfter(BEFORE_THE_END.length() - 20));
            try (GenerationStream stream = neuralBox.stream(poem)) {
                for (GenerationEvent event : stream) {
                    if (event instanceof GenerationEvent.Start start) {
                        orders.keepGeneration("4712", start.id());
                    } else if (event instanceof GenerationEvent.Delta delta) {
                        System.out.print(delta.text());
                    }
                }
                orders.done("4712");
            } catch (NeuralBoxException e) {
                System.out.println("4712: " + e.billingState());
            }
        }

        CreditBudget there = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000))
                .store(store)
                .build();
        try (NeuralBox neuralBox = NeuralBox.builder().budget(there).build()) {
            for (Orders.Order order : orders.open()) {
                if (order.generation() == null) {
                    continue;
                }
                try {
                    GenerationAnswer answer =
                            neuralBox.await(GenerationAnswer.Pending.of(order.generation(), order.reservation()));
                    System.out.println(order.number() + ": " + answer.billing().creditsUsed() + " credits");
                } catch (GenerationFailedException e) {
                    System.out.println(order.number() + ": failed, " + e.billingState());
                }
                orders.done(order.number());
            }
        }

        assertThat(guide.printed()).contains("4712: UNKNOWN\n", "4711: 8 credits\n", "4712: failed, NOT_CHARGED\n");
        assertThat(orders.open()).isEmpty();
        assertThat(there.states("default", null)
                        .toCompletableFuture()
                        .join()
                        .get(0)
                        .usage())
                .isEqualTo(new BudgetUsage(BigDecimal.valueOf(8), BigDecimal.ZERO, BigDecimal.ZERO));
    }
}
