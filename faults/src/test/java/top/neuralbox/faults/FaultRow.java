package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import top.neuralbox.BillingState;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * The stage of one row: a server, and a client with a clock that stands still. Closing it asserts the facts that hold for every
 * row: each generation has one terminal signal, the exchange is released within a second, the next call on the same client
 * works, the server saw exactly the expected requests, no socket, timer or thread is left, and no secret was revealed.
 */
final class FaultRow implements AutoCloseable {

    /** In pieces, so that no scanner takes it for a real one; 48 characters long. */
    static final String KEY = "nb_" + "canary".repeat(7) + "bad";

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    private static final int MOST_CONNECTIONS = 3;

    private final FaultServer server;
    private final FaultClock clock = new FaultClock();
    private final Ledger ledger = new Ledger();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<RecordingSubscriber<?>> subscribers = new CopyOnWriteArrayList<>();
    private final Set<Thread> before;
    private final Transport transport;
    private final boolean ownsTransport;
    private final NeuralBox client;
    private int expectedRequests = 1;
    private boolean complete = true;
    private boolean nextCall = true;
    private int pooled;

    private FaultRow(
            FaultServer server,
            Supplier<Transport> transport,
            boolean ownsTransport,
            Consumer<NeuralBox.Builder> settings) {
        SecretWatch.begin();
        this.server = server;
        this.before = ClientThreads.living();
        this.transport = transport.get();
        this.ownsTransport = ownsTransport;
        NeuralBox.Builder client = NeuralBox.builder()
                .apiKey(KEY)
                .baseUri(server.uri())
                .transport(this.transport)
                .listener(ledger)
                .listener(NeuralBoxMetrics.create(meters));
        settings.accept(client);
        this.client = clock.drive(client).build();
    }

    static FaultRow on(Carrier carrier) {
        return on(carrier, settings -> {});
    }

    static FaultRow on(Carrier carrier, Consumer<NeuralBox.Builder> settings) {
        Transport shared = carrier.shared();
        return new FaultRow(carrier.server(), () -> shared, false, settings);
    }

    /** With a transport of its own, which is closed with the row. */
    static FaultRow alone(Carrier carrier) {
        return on(carrier, carrier.server(), config -> {}, settings -> {});
    }

    static FaultRow on(
            Carrier carrier,
            FaultServer server,
            Consumer<TransportConfig.Builder> config,
            Consumer<NeuralBox.Builder> settings) {
        TransportConfig.Builder builder = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        config.accept(builder);
        return new FaultRow(server, () -> carrier.transport(builder), true, settings);
    }

    /** With a transport that a test makes itself, which is closed with the row. */
    static FaultRow with(FaultServer server, Supplier<Transport> transport) {
        return new FaultRow(server, transport, true, settings -> {});
    }

    FaultServer server() {
        return server;
    }

    FaultClock clock() {
        return clock;
    }

    Ledger ledger() {
        return ledger;
    }

    NeuralBox client() {
        return client;
    }

    Transport transport() {
        return transport;
    }

    static GenerationRequest request() {
        return REQUEST;
    }

    /** How many requests the server is to see in this row; 1 unless said. */
    FaultRow expectRequests(int count) {
        expectedRequests = count;
        return this;
    }

    /** For rows after which the server is unreachable for this client, or the client closed. */
    FaultRow withoutNextCall() {
        nextCall = false;
        return this;
    }

    /** For rows that leave so many connections for the next calls, beside the one that is given up. */
    FaultRow pooled(int connections) {
        pooled = connections;
        return this;
    }

    /** Queues replies, one for each request to come. */
    FaultRow answer(Reply... replies) {
        for (Reply reply : replies) {
            server.answer(reply);
            complete = reply.isComplete();
        }
        return this;
    }

    /** Starts a generation that asks for everything. */
    RecordingSubscriber<GenerationEvent> start(Reply... replies) {
        return start(RecordingSubscriber.unbounded(), replies);
    }

    RecordingSubscriber<GenerationEvent> start(RecordingSubscriber<GenerationEvent> events, Reply... replies) {
        answer(replies);
        subscribers.add(events);
        client.publish(REQUEST).subscribe(events);
        return events;
    }

    List<GenerationEvent> completes(Reply... replies) {
        return start(replies).awaitCompletion();
    }

    <T extends NeuralBoxException> T fails(Class<T> type, Reply... replies) {
        return failure(type, start(replies));
    }

    /** How a generation failed; whatever the failure, it names no secret. */
    static <T extends NeuralBoxException> T failure(Class<T> type, RecordingSubscriber<?> events) {
        Throwable error = events.awaitError();
        assertThat(error).as(() -> "failure " + Traces.of(error)).isInstanceOf(type);
        assertThat(SecretWatch.isSecret(Traces.of(error)))
                .as("secret in " + error.getClass())
                .isFalse();
        return type.cast(error);
    }

    /** Compares what every failure must say. */
    static void assertFacts(NeuralBoxException error, NeuralBoxException.Phase phase, BillingState bill, int attempts) {
        assertThat(error.phase()).as("phase").isEqualTo(phase);
        assertThat(error.billingState()).as("billing state").isEqualTo(bill);
        assertThat(error.attempts()).as("attempts").isEqualTo(attempts);
    }

    static String text(List<GenerationEvent> events) {
        StringBuilder text = new StringBuilder();
        for (GenerationEvent event : events) {
            if (event instanceof GenerationEvent.Delta delta) {
                text.append(delta.text());
            }
        }
        return text.toString();
    }

    static URI nowhere() {
        return URI.create("https://nowhere.invalid");
    }

    @Override
    public void close() {
        try (server;
                clock) {
            if (!complete) {
                server.awaitRelease(pooled);
            }
            if (nextCall) {
                assertNextCallsWork();
            }
            client.close();
            closeTransport();
            ledger.assertEachGenerationEndedOnce();
            // Fails if a subscriber got a second terminal signal, or anything after the first.
            subscribers.forEach(RecordingSubscriber::awaitSubscription);
            server.awaitNoConnections();
            assertThat(server.requestCount()).as("requests").isEqualTo(expectedRequests);
            FaultClock.await("the end of all timers", () -> clock.pending() == 0);
            assertNoSecretIsTold();
            ClientThreads.awaitEndOfOthers(before);
        } finally {
            client.close();
            closeTransport();
        }
    }

    /**
     * More than one, because the connection of a call whose end was just told may come back to the pool too late for
     * the next: each of them ends one connection.
     */
    private void assertNextCallsWork() {
        int calls = 0;
        do {
            assertThat(text(completes(Reply.last()))).isEqualTo("Here");
            expectedRequests++;
            calls++;
        } while (!ownsTransport && calls < MOST_CONNECTIONS && !server.isQuietSoon());
    }

    /** Closes a transport of this row's own. */
    void closeTransport() {
        if (ownsTransport) {
            transport.close();
        }
    }

    private void assertNoSecretIsTold() {
        assertThat(List.of(client, server, transport, ledger.outcomes(), tags()))
                .noneMatch(told -> SecretWatch.isSecret(told.toString()));
        SecretWatch.assertNothingLeaked();
    }

    private List<String> tags() {
        return meters.getMeters().stream()
                .map(meter -> meter.getId().toString())
                .toList();
    }
}
