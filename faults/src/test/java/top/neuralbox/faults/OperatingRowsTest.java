package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.Admission;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnit;
import top.neuralbox.ConnectionException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows 96 to 98: how many requests are sent, how many calls run at the same time, and connections made beforehand. */
@ParameterizedClass
@EnumSource
class OperatingRowsTest {

    private static final long PATIENCE_SECONDS = 20;

    /** Longer than any test: no window ends in one. */
    private static final Duration WINDOW = Duration.ofDays(36_500);

    @Parameter
    Carrier carrier;

    @Test
    void row96EachRequestThatIsSentCounts() throws Exception {
        CreditBudget budget = requests(3);
        try (FaultRow row = alone(settings -> settings.name("row96").budget(budget))
                .expectRequests(3)
                .withoutNextCall()) {
            row.completes(Reply.refusal(503, "model_unavailable"), Reply.whole());
            assertThat(used(budget)).isEqualByComparingTo("2");
            row.answer(Reply.json(200, "{\"balance\": 5}"));
            await(row.client().account().balanceAsync());

            BudgetExceededException refusal = row.fails(BudgetExceededException.class);

            assertThat(refusal.unit()).isEqualTo(BudgetUnit.REQUESTS);
            assertFacts(refusal, Phase.NOT_SENT, BillingState.NOT_CHARGED, 0);
            assertThat(used(budget)).isEqualByComparingTo("3");
        }
    }

    @Test
    void row96RequestThatIsNotSentDoesNotCount() throws Exception {
        CreditBudget budget = requests(3);
        try (FaultRow row = FaultRow.on(
                        carrier,
                        settings -> settings.name("row96").budget(budget).baseUri(HostedClient.nobody(carrier)))
                .expectRequests(0)
                .withoutNextCall()) {
            NeuralBoxException failure = row.fails(NeuralBoxException.class);

            assertThat(failure.phase()).isEqualTo(Phase.NOT_SENT);
            assertThat(used(budget)).isEqualByComparingTo("0");
        }
    }

    @Test
    void row97BurstWaitsForItsAdmissionAndIsSentInTurn() throws Exception {
        Gate more = new Gate();
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.admission(admission(2)))
                .expectRequests(2)) {
            row.answer(
                    Reply.stream(sse(START, DELTA))
                            .await(more)
                            .data(sse(END, DONE))
                            .end(),
                    Reply.whole());
            CompletableFuture<Generation> first = row.client().generateAsync(request());
            CompletableFuture<Generation> second = row.client().generateAsync(request());
            CompletableFuture<Generation> third = row.client().generateAsync(request());
            row.server().awaitRequests(1);

            AdmissionRefusedException refusal =
                    failure(AdmissionRefusedException.class, row.client().generateAsync(request()));
            assertThat(refusal.reason()).isEqualTo(AdmissionRefusedException.Reason.QUEUE_FULL);
            assertFacts(refusal, Phase.QUEUED, BillingState.NOT_CHARGED, 0);
            third.cancel(true);
            assertThat(row.server().requestCount()).isEqualTo(1);
            more.open();

            assertThat(await(first).text()).isEqualTo("Here");
            assertThat(await(second).text()).isEqualTo("Here");
        }
    }

    @Test
    void row97CallThatBreaksGivesItsSlotBack() throws Exception {
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.admission(admission(1)))
                .expectRequests(2)) {
            row.answer(Reply.stream(sse(START, DELTA)).end(), Reply.whole());
            RecordingSubscriber<?> broken = row.start();
            CompletableFuture<Generation> next = row.client().generateAsync(request());

            FaultRow.failure(NeuralBoxException.class, broken);
            assertThat(await(next).text()).isEqualTo("Here");
        }
    }

    @Test
    void row97CallWaitsForItsBudgetWithoutASlot() throws Exception {
        CreditBudget budget =
                CreditBudget.builder().tenantRequestLimit(1, WINDOW).build();
        Admission admission =
                Admission.builder(1).maxWait(WINDOW).waitForBudget(true).build();
        try (FaultRow row = alone(settings -> settings.budget(budget).admission(admission))
                .expectRequests(2)
                .withoutNextCall()) {
            row.answer(Reply.whole(), Reply.whole());
            await(row.client().generateAsync(ofTenant("a")));
            CompletableFuture<Generation> waits = row.client().generateAsync(ofTenant("a"));

            assertThat(await(row.client().generateAsync(ofTenant("b"))).text()).isEqualTo("Here");

            assertThat(waits).isNotDone();
            row.client().close();
            assertThat(failure(GenerationCancelledException.class, waits).phase())
                    .isEqualTo(Phase.QUEUED);
        }
    }

    @Test
    void row98WarmUpSendsNoRequestAndTheNextCallWorks() throws Exception {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(1)) {
            await(row.client().warmUp(2));
            assertThat(row.server().requestCount()).isZero();

            row.completes(Reply.whole());
        }
    }

    @Test
    void row98WarmUpThatFailsCostsNothing() throws Exception {
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.baseUri(HostedClient.nobody(carrier)))
                .expectRequests(0)
                .withoutNextCall()) {
            ConnectionException refused =
                    failure(ConnectionException.class, row.client().warmUp(2));

            assertFacts(refused, Phase.NOT_SENT, BillingState.NOT_CHARGED, 0);
        }
    }

    /** For rows after which no further call can be sent: they leave no connection to a shared pool. */
    private FaultRow alone(Consumer<NeuralBox.Builder> settings) {
        return FaultRow.on(carrier, carrier.server(), config -> {}, settings);
    }

    private static CreditBudget requests(int most) {
        return CreditBudget.builder().requestLimit(most, WINDOW).build();
    }

    private static Admission admission(int queued) {
        return Admission.builder(1).maxQueued(queued).build();
    }

    private static BigDecimal used(CreditBudget budget) throws Exception {
        BudgetUsage usage =
                await(budget.states("row96", null).toCompletableFuture()).get(0).usage();
        return usage.spent().add(usage.reserved());
    }

    private static GenerationRequest ofTenant(String tenant) {
        return GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .tenant(tenant)
                .build();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T extends NeuralBoxException> T failure(Class<T> type, CompletableFuture<?> future)
            throws InterruptedException, TimeoutException {
        try {
            future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(type);
            return type.cast(e.getCause());
        }
        throw new AssertionError("the call did not fail");
    }
}
