package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.concurrent.ManualDelayer;

/** What is left, what a model costs, and how long an answer counts. */
class AccountTest {

    private static final String BALANCE = "{\"token_balance\": 283.5, \"plan\": \"vip\","
            + " \"plan_expires_at\": \"2026-04-08T00:00:00Z\", \"bonus_tokens\": 20, \"next_refill_at\": \"soon\"}";
    private static final String MODEL = "{\"slug\": \"dall-e-3\", \"name\": \"DALL-E\", \"category\": \"image\","
            + " \"token_cost\": 8, \"min_token_cost\": 4, \"max_token_cost\": 16, \"supports_streaming\": false,"
            + " \"config\": {\"sizes\": []}}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final NeuralBox client = transport.client(clock).build();
    private final Account account = client.account();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void balanceIsExactAndWhatIsNoDateIsUnknown() {
        transport.next(call -> call.json(200, BALANCE, "X-RateLimit-Remaining-Day", "7"));
        Balance balance = account.balance();

        assertThat(balance.credits()).isEqualTo("283.5");
        assertThat(balance.bonusCredits()).isEqualTo("20");
        assertThat(balance.planCredits()).isNull();
        assertThat(balance.planExpiresAt()).isEqualTo(Instant.parse("2026-04-08T00:00:00Z"));
        assertThat(balance.nextRefillAt()).isNull();
        assertThat(balance.rateLimits().dailyRemaining()).isEqualTo(7);
    }

    @Test
    void failureNamesTheLineThatWaitsForIt() {
        transport.always(call -> call.json(403, "{\"error\": \"forbidden\"}"));

        assertThatThrownBy(account::balance).satisfies(AccountTest::namesThisTest);
        assertThatThrownBy(() -> account.model("gpt-5")).satisfies(AccountTest::namesThisTest);
    }

    private static void namesThisTest(Throwable failure) {
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(site -> assertThat(site.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().contains("failureNamesTheLineThatWaitsForIt")));
    }

    @Test
    void serviceThatKnowsOnlyTheShortBalanceIsAskedForTheLongOneOnce() {
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}"));
        transport.always(call -> call.json(200, BALANCE));
        var unused = account.balance();
        account.forget();
        var again = account.balance();

        assertThat(transport.calls)
                .extracting(call -> call.request.uri().getPath())
                .containsExactly("/api/v2/user/balance", "/api/v2/balance", "/api/v2/balance");
        assertThat(again.credits()).isEqualTo("283.5");
    }

    @Test
    void modelTellsItsRangeOfPrices() {
        transport.next(call -> call.json(200, MODEL));
        Model model = account.model("dall-e-3");

        assertThat(model.category()).isEqualTo("image");
        assertThat(model.supportsStreaming()).isFalse();
        assertThat(model.minPrice()).isEqualTo(new BigDecimal(4));
        assertThat(model.maxPrice()).isEqualTo(new BigDecimal(16));
        assertThat(model.configJson()).isEqualTo("{\"sizes\": []}");
    }

    @Test
    void slugIsOneSegmentOfThePathWhateverItHolds() {
        var unused = account.modelAsync("a/b c?d");

        assertThat(transport.call(0).request.uri().getRawPath()).isEqualTo("/api/v2/models/a%2Fb%20c%3Fd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", ".."})
    void slugThatWouldLeadElsewhereIsRefused(String slug) {
        assertThatThrownBy(() -> account.modelAsync(slug))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("slug must be");
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void modelIsAskedForAnewAfterTenMinutes() {
        transport.always(call -> call.json(200, MODEL));
        var first = account.model("dall-e-3");
        clock.advance(Duration.ofMinutes(10).minusNanos(1));
        assertThat(account.model("dall-e-3")).isSameAs(first);
        clock.advance(Duration.ofNanos(1));
        assertThat(account.model("dall-e-3")).isNotSameAs(first);
    }

    @Test
    void callersWhoAskAtOnceShareOneRequest() {
        var first = account.balanceAsync();
        var second = account.balanceAsync();
        first.cancel(false);
        transport.call(0).json(200, BALANCE);

        assertThat(transport.calls).hasSize(1);
        assertThat(second).isCompleted();
    }

    @Test
    void failureIsToldAndNotKept() {
        transport.next(call -> call.json(403, "{\"error\": \"insufficient_plan\"}"));
        transport.next(call -> call.json(200, BALANCE));

        assertThatThrownBy(account::balance).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.code()).isEqualTo("insufficient_plan");
            assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        });
        assertThat(account.balance().plan()).isEqualTo("vip");
    }

    @Test
    void askingIsRefusedOnAnEventLoop() {
        transport.loop = Thread.currentThread();

        assertThatThrownBy(account::balance)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("balanceAsync");
    }

    @Test
    void closingTheClientEndsAQuestion() {
        var answer = account.balanceAsync();
        client.close();

        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(GenerationCancelledException.class);
        assertThat(transport.call(0).cancels()).isEqualTo(1);
    }
}
