package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import top.neuralbox.Billing;
import top.neuralbox.GenerationEvent;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.faults.servers.Http1Answer;
import top.neuralbox.faults.servers.Http2Answer;
import top.neuralbox.faults.servers.HttpAnswer;
import top.neuralbox.faults.servers.ServerPlan;
import top.neuralbox.faults.servers.Story;

/**
 * Tests with any legal server: whatever the RFCs allow around a generation, its outcome, its text and its bill are those of the
 * plain server. docs/faults.md says how many servers are tried, and how to try a failure again.
 */
class LegalServersTest {

    private static final int CALLERS = 3;
    private static final Map<String, List<GenerationEvent>> PLAIN = new ConcurrentHashMap<>();

    private static Set<Thread> before;

    @BeforeContainer
    static void startTransports() {
        Arrays.stream(Carrier.values()).forEach(carrier -> {
            carrier.shared();
            carrier.sharedWithOneConnection();
        });
        before = ClientThreads.living();
    }

    @AfterContainer
    static void noThreadIsLeft() {
        ClientThreads.awaitEndOfOthers(before);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyLegalServerIsAsGoodAsThePlainOneForHttpClientOverHttp1(@ForAll("httpClientHttp1") ServerPlan server)
            throws InterruptedException {
        isAsGoodAsPlain(Carrier.HTTPCLIENT_HTTP_1_1, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyLegalServerIsAsGoodAsThePlainOneForHttpClientOverHttp2(@ForAll("httpClientHttp2") ServerPlan server)
            throws InterruptedException {
        isAsGoodAsPlain(Carrier.HTTPCLIENT_HTTP_2, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyLegalServerIsAsGoodAsThePlainOneForVertxOverHttp1(@ForAll("vertxHttp1") ServerPlan server)
            throws InterruptedException {
        isAsGoodAsPlain(Carrier.VERTX_HTTP_1_1, server);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = KnownLimits.SEED)
    void anyLegalServerIsAsGoodAsThePlainOneForVertxOverHttp2(@ForAll("vertxHttp2") ServerPlan server)
            throws InterruptedException {
        isAsGoodAsPlain(Carrier.VERTX_HTTP_2, server);
    }

    @Provide
    Arbitrary<ServerPlan> httpClientHttp1() {
        return KnownLimits.legal(Carrier.HTTPCLIENT_HTTP_1_1, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> httpClientHttp2() {
        return KnownLimits.legal(Carrier.HTTPCLIENT_HTTP_2, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> vertxHttp1() {
        return KnownLimits.legal(Carrier.VERTX_HTTP_1_1, CALLERS);
    }

    @Provide
    Arbitrary<ServerPlan> vertxHttp2() {
        return KnownLimits.legal(Carrier.VERTX_HTTP_2, CALLERS);
    }

    private static void isAsGoodAsPlain(Carrier carrier, ServerPlan plan) throws InterruptedException {
        try (Trial trial = new Trial(carrier, plan)) {
            if (plan.callers().firstCancels()) {
                Trial.Call first = trial.startHeld(0);
                first.awaitPause();
                List<Trial.Call> others = List.of(trial.start(1), trial.start(2));
                first.goOnAndCancel();
                for (Trial.Call call : others) {
                    assertPlain(carrier, call);
                }
                assertThat(first.exchange().story().text()).startsWith(first.text());
            } else if (plan.callers().together()) {
                List<Trial.Call> calls = List.of(trial.start(0), trial.start(1), trial.start(2));
                for (Trial.Call call : calls) {
                    assertPlain(carrier, call);
                }
            } else {
                for (int caller = 0; caller < CALLERS; caller++) {
                    Trial.Call call = trial.start(caller);
                    assertPlain(carrier, call);
                    call.exchange().awaitSettled();
                }
            }
        }
    }

    private static void assertPlain(Carrier carrier, Trial.Call call) throws InterruptedException {
        List<GenerationEvent> events = call.awaitCompletion();
        assertThat(call.exchange().requests()).as("requests").isEqualTo(1);
        Story story = call.exchange().story();
        List<GenerationEvent> plain = plain(carrier, story.asEvents());
        if (story.form().isEvents()) {
            assertThat(events).isEqualTo(plain);
        } else {
            assertThat(call.text()).isEqualTo(FaultRow.text(plain));
            assertThat(bill(events)).isEqualTo(bill(plain));
        }
    }

    private static Billing bill(List<GenerationEvent> events) {
        return ((GenerationEvent.End) events.get(events.size() - 1)).billing();
    }

    /** What the plain server gives: its events, which hold text and bill. */
    private static List<GenerationEvent> plain(Carrier carrier, Story story) throws InterruptedException {
        String key = carrier + " " + story;
        List<GenerationEvent> known = PLAIN.get(key);
        if (known == null) {
            HttpAnswer answer =
                    carrier.isHttp2() ? Http2Answer.plain(story.filler()) : Http1Answer.plain(story.filler());
            try (Trial trial = new Trial(carrier, ServerPlan.plain(List.of(answer, answer, answer)))) {
                known = trial.start(story.caller()).awaitCompletion();
            }
            assertThat(FaultRow.text(known)).isEqualTo(story.text());
            PLAIN.put(key, known);
        }
        return known;
    }
}
