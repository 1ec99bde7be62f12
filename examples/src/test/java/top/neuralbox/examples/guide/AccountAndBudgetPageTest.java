package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.Account;
import top.neuralbox.Balance;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Model;
import top.neuralbox.NeuralBox;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

@ExtendWith(Guide.class)
class AccountAndBudgetPageTest {

    @Test
    void accountTellsBalanceAndPrice(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            Account account = neuralBox.account();
            Balance balance = account.balance();
            Model model = account.model("dall-e-3");
            System.out.println(balance.credits() + " left, " + model.category() + " for " + model.maxPrice());
        }

        assertThat(guide.printed()).isEqualTo("300 left, image for 8\n");
    }

    @Test
    void resultTellsPriceAndRateLimits(Guide guide) {
        guide.serve(LocalNeuralBox.builder().rateLimit(100, 1_000));
        GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");
        try (NeuralBox neuralBox = NeuralBox.create()) {
            Generation generation = neuralBox.generate(request);
            System.out.println(generation.billing().creditsUsed() + " used, "
                    + generation.billing().balanceRemaining() + " left, "
                    + generation.rateLimits().hourlyRemaining() + " more this hour");
        }

        assertThat(guide.printed()).isEqualTo("3 used, 297 left, 99 more this hour\n");
    }

    @Test
    void tenantIsHeldToItsLimit(Guide guide) {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
                .tenantLimit(BigDecimal.valueOf(5), Duration.ofHours(1))
                .build();
        NeuralBox neuralBox = NeuralBox.builder().budget(budget).build();

        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .tenant("acme")
                .build();
        neuralBox.generate(request);
        try {
            neuralBox.generate(request);
        } catch (BudgetExceededException e) {
            System.err.println(e.budget() + ": " + e.asked() + " of " + e.limit() + ", again in " + e.retryAfter());
        }

        assertThat(guide.printed()).startsWith("PT1H of tenant acme").contains(": 3 of 5, again in PT");
        assertThat(guide.service().creditsCharged()).isEqualTo(BigDecimal.valueOf(3));
        neuralBox.close();
    }

    @Test
    void whatNobodyKnowsStaysSetAsideUntilItIsSettled(Guide guide) {
        List<String> unsettled = new CopyOnWriteArrayList<>();

        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000))
                .listener(new BudgetListener() {
                    @Override
                    public void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {
                        unsettled.add(reservation);
                    }
                })
                .build();

        guide.service().misbehave(Fault.cutAfter(200));
        // The price of the model is asked for first, and would meet the fault.
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .estimatedCredits(BigDecimal.valueOf(3))
                .build();
        try (NeuralBox neuralBox = NeuralBox.builder().budget(budget).build()) {
            assertThatThrownBy(() -> neuralBox.generate(request)).isInstanceOf(StreamBrokenException.class);
        }

        budget.settle(unsettled.remove(0), BigDecimal.ZERO)
                .toCompletableFuture()
                .join();
        BudgetUsage usage = budget.states("default", null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage();
        System.out.println(usage.spent() + " spent, " + usage.unsettled() + " unsettled");

        assertThat(guide.printed()).isEqualTo("0 spent, 0 unsettled\n");
    }

    @Test
    void fleetIsHeldToTheRequestsOfItsAccount(Guide guide) {
        CreditBudget budget = CreditBudget.builder()
                .requestLimit(2, Duration.ofHours(1))
                .requestLimit(1_000, Duration.ofDays(1))
                .build();

        NeuralBox neuralBox = NeuralBox.builder().budget(budget).build();
        GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");
        neuralBox.generate(request);
        neuralBox.generate(request);
        try {
            neuralBox.generate(request);
        } catch (BudgetExceededException e) {
            System.err.println(e.getMessage() + ", again in " + e.retryAfter());
        }

        assertThat(guide.printed())
                .startsWith("the limit of 2 requests in PT1H of client default is reached; the request was not sent,"
                        + " again in PT");
        assertThat(guide.service().requestCount()).isEqualTo(2);
        neuralBox.close();
    }

    @Test
    void ledgerAddsUp() {
        BillingLedger ledger = new BillingLedger();
        NeuralBox neuralBox = NeuralBox.builder().listener(ledger).build();

        neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
        neuralBox.generate(GenerationRequest.of("gpt-5", "And another"));
        neuralBox.close();
        assertThat(ledger.credits()).isLessThanOrEqualTo(BigDecimal.valueOf(6));
    }
}
