package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;

/** What the meters say of real streams, on whichever transport: each way of ending counts once and in one place. */
abstract class MetersContract {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    /** One for all clients of a test: a second one would register the gauges of the account again, and Micrometer would warn. */
    private final NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);

    private final Ends ends = new Ends();
    private LocalNeuralBox service;
    private Transport transport;

    abstract Transport transport();

    @BeforeEach
    void start() {
        service = LocalNeuralBox.builder()
                .deltas(List.of("Here", " are", " three"))
                .start();
        transport = transport();
    }

    @AfterEach
    void stop() {
        transport.close();
        service.close();
    }

    @Test
    void aCompletedGenerationCountsOnceWithAllItBrought() {
        run(all -> all, NeuralBox::generate);
        assertOnly("completed");
        assertThat(counter(GenerationMeter.STARTED)).isEqualTo(1);
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(3);
        assertThat(counter(GenerationMeter.CONTENT)).isEqualTo(14);
        assertThat(counter(GenerationMeter.RECEIVED)).isGreaterThan(200);
        assertThat(counter(GenerationMeter.USAGE)).isEqualTo(3);
        assertThat(gauge(GenerationMeter.BALANCE)).isEqualTo(297);
        assertThat(counter(GenerationMeter.UNMETERED)).isZero();
        assertThat(errors()).isZero();
    }

    @Test
    void theTransportIsNamedByItself() {
        run(all -> all, NeuralBox::generate);
        assertThat(registry.get(GenerationMeter.STARTED.meterName())
                        .tags("client", "default", "transport", transport.name())
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aStreamThatTheCallerLeavesCountsOnceAsCancelledAndOnceAsUnmetered() {
        service.misbehave(Fault.endless());
        run(all -> all, (client, request) -> {
            try (GenerationStream stream = client.stream(request)) {
                assertThat(stream.iterator().next()).isInstanceOf(GenerationEvent.Start.class);
            }
        });
        assertOnly("cancelled");
        assertThat(counter(GenerationMeter.UNMETERED)).isEqualTo(1);
        assertThat(counter(GenerationMeter.USAGE)).isZero();
        assertThat(errors()).isZero();
        assertThat(registry.get(GenerationMeter.ACTIVE.meterName())
                        .longTaskTimer()
                        .activeTasks())
                .isZero();
    }

    @Test
    void aStreamWithoutItsEndCountsAsTruncatedAndUnmetered() {
        service.misbehave(Fault.withoutEnd());
        run(all -> all, NeuralBox::generate);
        assertOnly("truncated");
        assertError(ErrorType.TRUNCATED);
        assertThat(counter(GenerationMeter.UNMETERED)).isEqualTo(1);
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(3);
    }

    @Test
    void aConnectionThatIsCutCountsAsFailedByAReset() {
        service.misbehave(Fault.cutAfter(100));
        run(all -> all, NeuralBox::generate);
        assertOnly("failed");
        assertError(ErrorType.RESET);
        assertThat(counter(GenerationMeter.UNMETERED)).isEqualTo(1);
    }

    @Test
    void anErrorEventCountsAsFailedAndCostsNothing() {
        service.misbehave(Fault.fail(1, "the provider gave up"));
        run(all -> all, NeuralBox::generate);
        assertOnly("failed");
        assertError(ErrorType.API_ERROR);
        assertThat(counter(GenerationMeter.UNMETERED)).isZero();
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(1);
    }

    @Test
    void aRefusedKeyIsNotUnmetered() {
        run(all -> all.apiKey("wrong"), NeuralBox::generate);
        assertOnly("failed");
        assertError(ErrorType.HTTP_401);
        assertThat(counter(GenerationMeter.UNMETERED)).isZero();
        assertThat(registry.get(GenerationMeter.TIME_TO_HEADERS.meterName())
                        .timer()
                        .count())
                .isZero();
    }

    @Test
    void aRefusedConnectionIsNotUnmetered() throws IOException {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        run(all -> all.baseUri(nobody), NeuralBox::generate);
        assertOnly("failed");
        assertError(ErrorType.CONNECT);
        assertThat(counter(GenerationMeter.UNMETERED)).isZero();
    }

    @Test
    void aSilentStreamCountsAsTimedOut() {
        service.misbehave(Fault.stallAfter(100));
        run(all -> all.timeouts(Timeouts.builder().idle(Duration.ofMillis(50)).build()), NeuralBox::generate);
        assertOnly("failed");
        assertError(ErrorType.TIMEOUT_IDLE);
    }

    @Test
    void aStreamThatTheClosedClientEndsNamesTheClosedClient() {
        service.misbehave(Fault.endless());
        run(all -> all, (client, request) -> {
            try (GenerationStream stream = client.stream(request)) {
                stream.iterator().next();
                client.close();
            }
        });
        assertOnly("cancelled");
        assertError(ErrorType.CLIENT_CLOSED);
    }

    @Test
    void aRequestThatIsSentAgainCountsTheReasonAndOneGeneration() {
        service.misbehave(Fault.refuse(503, "model_unavailable", "overloaded"));
        service.misbehave(Fault.rateLimited(Duration.ZERO));
        run(all -> all, NeuralBox::generate);
        assertOnly("completed");
        assertThat(retries("http_503")).isEqualTo(1);
        assertThat(retries("http_429")).isEqualTo(1);
        assertThat(counter(GenerationMeter.STARTED)).isEqualTo(1);
        assertThat(errors()).isZero();
    }

    @Test
    void eventsThatCannotBeReadCountByWhatIsWrong() {
        service.misbehave(stream("data: hello\n\n"));
        run(all -> all, NeuralBox::generate);
        service.misbehave(stream("data: {\"type\": \"content_delta\"}\n\n"));
        run(all -> all, NeuralBox::generate);
        assertThat(decodeErrors("json")).isEqualTo(1);
        assertThat(decodeErrors("schema")).isEqualTo(1);
        assertThat(decodeErrors("oversize")).isZero();
        assertThat(errors("protocol")).isEqualTo(2);
    }

    @Test
    void eventsOfAnUnknownTypeCountWithoutTheirName() {
        service.misbehave(stream("data: {\"type\": \"new_one\"}\n\n" + Captured.END));
        run(all -> all, NeuralBox::generate);
        assertOnly("completed");
        assertThat(counter(GenerationMeter.UNKNOWN_EVENTS)).isEqualTo(1);
    }

    @Test
    @Logs(perhaps = "a GenerationListener threw")
    void whatAnotherListenerThrowsIsCounted() {
        run(
                all -> all.listener(info -> {
                    throw new IllegalStateException("scripted");
                }),
                NeuralBox::generate);
        assertOnly("completed");
        assertThat(counter(GenerationMeter.LISTENER_ERRORS)).isEqualTo(1);
    }

    @Test
    void theBillOfAMediaModelCountsAlthoughItDoesNotStream() {
        run(all -> all, (client, request) -> client.generate(GenerationRequest.of("dall-e-3", "a cat")));
        assertOnly("failed");
        assertError(ErrorType.CONTENT_TYPE);
        assertThat(counter(GenerationMeter.USAGE)).isEqualTo(8);
        assertThat(counter(GenerationMeter.UNMETERED)).isZero();
    }

    @Test
    void aFractionOfACreditIsCounted() {
        service.misbehave(stream(Captured.END.replace("3,", "0.25,")));
        run(all -> all, NeuralBox::generate);
        assertThat(BigDecimal.valueOf(counter(GenerationMeter.USAGE))).isEqualByComparingTo("0.25");
    }

    private void run(UnaryOperator<NeuralBox.Builder> settings, Use use) {
        NeuralBox.Builder builder = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(1)).build());
        try (NeuralBox client =
                settings.apply(builder).listener(metrics).listener(ends).build()) {
            use.of(client, REQUEST);
        } catch (NeuralBoxException expected) {
            // The meters say what it was.
        }
        ends.await();
    }

    private static Fault stream(String body) {
        return Fault.answer(200, Map.of("Content-Type", "text/event-stream"), body.getBytes(StandardCharsets.UTF_8));
    }

    private void assertOnly(String outcome) {
        for (String each : List.of("completed", "failed", "cancelled", "truncated")) {
            assertThat(registry.get(GenerationMeter.DURATION.meterName())
                            .tag("outcome", each)
                            .timer()
                            .count())
                    .as(each)
                    .isEqualTo(each.equals(outcome) ? 1 : 0);
        }
    }

    private void assertError(ErrorType type) {
        assertThat(registry.get(GenerationMeter.ERRORS.meterName()).counters().stream()
                        .filter(counter -> counter.count() != 0)
                        .map(counter -> counter.getId().getTag("error.type") + " " + (long) counter.count()))
                .containsExactly(type.value() + " 1");
    }

    private double errors() {
        return registry.get(GenerationMeter.ERRORS.meterName()).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private double errors(String type) {
        return tagged(GenerationMeter.ERRORS, type);
    }

    private double retries(String reason) {
        return tagged(GenerationMeter.RETRIES, reason);
    }

    private double decodeErrors(String kind) {
        return tagged(GenerationMeter.DECODE_ERRORS, kind);
    }

    private double tagged(GenerationMeter meter, String value) {
        return registry.get(meter.meterName())
                .tag(meter.extraTag(), value)
                .counter()
                .count();
    }

    private double counter(GenerationMeter meter) {
        return registry.get(meter.meterName()).counter().count();
    }

    private double gauge(GenerationMeter meter) {
        return registry.get(meter.meterName()).gauge().value();
    }

    private interface Use {
        void of(NeuralBox client, GenerationRequest request);
    }
}
