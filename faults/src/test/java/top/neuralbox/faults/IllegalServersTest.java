package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import top.neuralbox.BillingState;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.faults.servers.Breakage;
import top.neuralbox.faults.servers.Flaw;
import top.neuralbox.faults.servers.ServerPlan;
import top.neuralbox.faults.servers.Story;

/**
 * Tests with any illegal server. It breaks one rule in the answer to one caller, while it serves another caller, and a third
 * one comes later. The broken call ends with a typed failure after the text before the fault, unless a client may ignore the
 * fault or it comes after the response. No caller ever sees another's text, nothing is left open, and nothing is sent twice.
 * docs/faults.md says how many servers are tried, and how to try a failure again.
 */
class IllegalServersTest {

    private static final int CALLERS = 3;

    private static Set<Thread> before;

    @BeforeContainer
    static void startTransports() {
        Arrays.stream(Carrier.values()).forEach(Carrier::shared);
        before = ClientThreads.living();
    }

    @AfterContainer
    static void noThreadIsLeft() {
        ClientThreads.awaitEndOfOthers(before);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyIllegalServerHarmsOneCallAloneForHttpClientOverHttp1(@ForAll("httpClientHttp1") ServerPlan server)
            throws InterruptedException {
        harmsOneCallAlone(Carrier.HTTPCLIENT_HTTP_1_1, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyIllegalServerHarmsOneCallAloneForHttpClientOverHttp2(@ForAll("httpClientHttp2") ServerPlan server)
            throws InterruptedException {
        harmsOneCallAlone(Carrier.HTTPCLIENT_HTTP_2, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyIllegalServerHarmsOneCallAloneForVertxOverHttp1(@ForAll("vertxHttp1") ServerPlan server)
            throws InterruptedException {
        harmsOneCallAlone(Carrier.VERTX_HTTP_1_1, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyIllegalServerHarmsOneCallAloneForVertxOverHttp2(@ForAll("vertxHttp2") ServerPlan server)
            throws InterruptedException {
        harmsOneCallAlone(Carrier.VERTX_HTTP_2, server);
    }

    @Provide
    Arbitrary<ServerPlan> httpClientHttp1() {
        return KnownLimits.illegal(Carrier.HTTPCLIENT_HTTP_1_1, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> httpClientHttp2() {
        return KnownLimits.illegal(Carrier.HTTPCLIENT_HTTP_2, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> vertxHttp1() {
        return KnownLimits.illegal(Carrier.VERTX_HTTP_1_1, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> vertxHttp2() {
        return KnownLimits.illegal(Carrier.VERTX_HTTP_2, CALLERS);
    }

    static void harmsOneCallAlone(Carrier carrier, ServerPlan plan) throws InterruptedException {
        Breakage breakage = plan.flaw().orElseThrow().breakage();
        boolean shared = carrier == Carrier.VERTX_HTTP_2
                && (breakage.endsConnection() || plan.flaw().orElseThrow().after() == Flaw.After.CLOSE);
        try (Trial trial = new Trial(carrier, plan)) {
            Trial.Call other = trial.startHeld(1);
            Trial.Call broken = trial.start(0);

            Throwable failure = broken.awaitEnd();

            other.exchange().goOn();
            assertBroken(broken, failure, breakage);
            assertOther(other, shared);
            if (failure != null || !breakage.passable()) {
                trial.awaitReleased(broken);
            } else if (plan.flaw().orElseThrow().after() == Flaw.After.CLOSE) {
                // Until the close has arrived, a client has no reason not to use the connection.
                broken.exchange().awaitSettled();
            }
            if (other.exchange().requests() > 0) {
                other.exchange().awaitSettled();
            }
            assertOther(trial.start(2), false);
        }
    }

    private static void assertBroken(Trial.Call call, Throwable failure, Breakage breakage) {
        Story story = call.exchange().story();
        int before = call.exchange().eventsBeforeFault();
        boolean complete = before == story.events();
        assertThat(call.exchange().requests()).as("requests of the broken call").isEqualTo(1);
        if (failure == null) {
            assertThat(complete || breakage.passable())
                    .as("completed, although no generation_end came before the fault")
                    .isTrue();
            assertThat(call.text()).isEqualTo(story.text());
            return;
        }
        assertThat(complete)
                .as(() -> "failed behind generation_end: " + Traces.of(failure))
                .isFalse();
        assertThat(failure).as("failure").isInstanceOf(NeuralBoxException.class);
        assertThat(call.text())
                .as(() -> "text before the fault, " + Traces.of(failure))
                .isEqualTo(story.text(before));
        NeuralBoxException typed = (NeuralBoxException) failure;
        assertThat(typed.partial().text()).as("text kept").isEqualTo(call.text());
        assertThat(typed.billingState()).as("billing state").isEqualTo(BillingState.UNKNOWN);
    }

    private static void assertOther(Trial.Call call, boolean mayFail) {
        Story story = call.exchange().story();
        Throwable failure = call.awaitEnd();
        assertThat(call.exchange().requests()).as("requests of another call").isLessThanOrEqualTo(1);
        if (failure == null) {
            assertThat(call.text()).isEqualTo(story.text());
            return;
        }
        assertThat(mayFail)
                .as(() -> "another call failed: " + Traces.of(failure))
                .isTrue();
        assertThat(failure).isInstanceOf(NeuralBoxException.class);
        assertThat(story.text()).startsWith(call.text());
    }
}
