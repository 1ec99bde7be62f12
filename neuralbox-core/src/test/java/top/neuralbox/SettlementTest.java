package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.URI;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import top.neuralbox.logs.Logs;

/** A bill that becomes known after the end reaches the budget and each listener once, even if memory runs out meanwhile. */
class SettlementTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final GenerationInfo INFO =
            new GenerationInfo("test", "stub", URI.create("http://localhost"), true, REQUEST);

    private final List<String> heard = new ArrayList<>();
    private final AtomicInteger shortages = new AtomicInteger();

    @Test
    void lateBillIsToldAgainWhereMemoryRanOut() {
        Settlement bill = new Settlement(INFO, listeners("first", "second"));
        bill.reserve(budget(), REQUEST, permit -> {}, refusal -> {});
        bill.ended(outcome(BillingState.UNKNOWN, null));
        bill.listenersHeard();
        shortages.set(2);

        bill.known(outcome(BillingState.CHARGED, new BigDecimal(3)));

        assertThat(heard).containsExactly("budget null", "budget 3", "first 3", "second 3");
    }

    @Test
    @Logs("a GenerationListener threw")
    void listenerThatThrowsTakesTheBillFromNobody() {
        GenerationListener hostile = new GenerationListener() {
            @Override
            public Observer started(GenerationInfo info) {
                return outcome -> {};
            }

            @Override
            public void settled(GenerationInfo info, GenerationOutcome outcome) {
                throw new OutOfMemoryError("scripted");
            }
        };
        Settlement bill = new Settlement(INFO, List.of(hostile, listener("second")));
        bill.ended(outcome(BillingState.UNKNOWN, null));
        bill.listenersHeard();

        bill.known(outcome(BillingState.CHARGED, new BigDecimal(3)));
        bill.known(outcome(BillingState.CHARGED, new BigDecimal(3)));

        assertThat(heard).containsExactly("second 3");
    }

    @Test
    void billThatIsKnownWhileTheListenersHearOfTheEndIsToldAfterIt() {
        Settlement bill = new Settlement(INFO, listeners("first", "second"));
        bill.reserve(budget(), REQUEST, permit -> {}, refusal -> {});
        bill.ended(outcome(BillingState.UNKNOWN, null));

        bill.known(outcome(BillingState.CHARGED, new BigDecimal(3)));
        assertThat(heard).containsExactly("budget null", "budget 3");
        bill.listenersHeard();

        assertThat(heard).containsExactly("budget null", "budget 3", "first 3", "second 3");
    }

    @Test
    void billThatWaitedIsToldAgainWhereMemoryRanOut() {
        Settlement bill = new Settlement(INFO, listeners("first", "second"));
        bill.ended(outcome(BillingState.UNKNOWN, null));
        bill.known(outcome(BillingState.CHARGED, new BigDecimal(3)));
        shortages.set(2);

        bill.listenersHeard();

        assertThat(heard).containsExactly("first 3", "second 3");
    }

    /** Listeners of these names, in a list that finds no memory before the second one is reached. */
    private List<GenerationListener> listeners(String... names) {
        return new AbstractList<>() {
            @Override
            public GenerationListener get(int index) {
                if (index == 1 && shortages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new OutOfMemoryError("scripted");
                }
                return listener(names[index]);
            }

            @Override
            public int size() {
                return names.length;
            }
        };
    }

    private GenerationListener listener(String name) {
        return new GenerationListener() {
            @Override
            public Observer started(GenerationInfo info) {
                return outcome -> {};
            }

            @Override
            public void settled(GenerationInfo info, GenerationOutcome outcome) {
                heard.add(name + " " + credits(outcome));
            }
        };
    }

    private Settlement.Reserving budget() {
        return new Settlement.Reserving() {
            @Override
            public CompletionStage<CreditGuard.Reservation> reserve(GenerationRequest request, GenerationInfo info) {
                return CompletableFuture.completedFuture(outcome -> heard.add("budget " + credits(outcome)));
            }

            @Override
            public void keep(String id, Settlement bill) {}
        };
    }

    private static GenerationOutcome outcome(BillingState state, BigDecimal credits) {
        return GenerationOutcome.of(null, state, Billing.of(credits, null), 1, "gen_1", ResponseHeaders.NONE);
    }

    private static BigDecimal credits(GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        return billing == null ? null : billing.creditsUsed();
    }
}
