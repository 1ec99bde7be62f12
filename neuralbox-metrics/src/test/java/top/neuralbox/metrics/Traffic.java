package top.neuralbox.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import top.neuralbox.Admission;
import top.neuralbox.Generation;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** An application that streams from a local NeuralBox, on both transports, and meets whatever can happen to a stream. */
final class Traffic implements AutoCloseable {

    static final String TENANT = "acme";
    static final BigDecimal LIMIT = BigDecimal.valueOf(1_000_000);

    private static final GenerationRequest REQUEST = GenerationRequest.builder()
            .model("gpt-5")
            .prompt("Write a story")
            .tenant(TENANT)
            .build();
    private static final List<String> DELTAS = List.of("A", " robot", " learns", " to", " paint", ".");
    /** Off, for it would tell of the listener that throws, a thousand times. Held, or its level would be forgotten. */
    private static final Logger QUIET = Logger.getLogger("top.neuralbox");

    private static final byte[] UNREADABLE =
            ("data: {\"type\": \"new_one\"}\n\n" + "data: hello\n\n").getBytes(StandardCharsets.UTF_8);

    private final LocalNeuralBox service;
    private final int twoDeltas;
    private final Ends ends = new Ends();
    private final List<Transport> transports = List.of(HttpClientTransport.create(), VertxTransport.create());
    private final List<NeuralBox> clients;
    private final CreditBudget budget = CreditBudget.builder()
            .limit(LIMIT)
            .tenantLimit(LIMIT, Duration.ofDays(1))
            .requestLimit(1_000_000, Duration.ofDays(1))
            .estimate(request -> BigDecimal.TEN)
            .build();

    Traffic(MeterRegistry registry, Duration pace) {
        this(pace, NeuralBoxMetrics.builder(registry).deltaGaps(true).build());
    }

    Traffic(Duration pace, NeuralBoxMetrics... metrics) {
        QUIET.setLevel(Level.OFF);
        LocalNeuralBox.Builder builder = LocalNeuralBox.builder().deltas(DELTAS).balance(BigDecimal.valueOf(1_000_000));
        this.twoDeltas = bytesUntilTheThirdDelta(builder);
        this.service = builder.pace(pace).start();
        this.clients =
                transports.stream().map(transport -> client(transport, metrics)).toList();
    }

    private NeuralBox client(Transport transport, NeuralBoxMetrics... metrics) {
        NeuralBox.Builder builder = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .name(transport.name().equals("vertx") ? "batch" : "chat")
                .retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(1)).build())
                .admission(Admission.builder(1).build())
                .budget(budget)
                .listener(new Faulty());
        for (NeuralBoxMetrics each : metrics) {
            builder.listener(each);
        }
        return builder.listener(ends).build();
    }

    CreditBudget budget() {
        return budget;
    }

    LocalNeuralBox service() {
        return service;
    }

    /** Nine generations on each transport, of which four complete. Returns when all have ended on both sides. */
    void wave() {
        clients.forEach(this::wave);
    }

    /** One complete generation on each transport. */
    void calm() {
        clients.forEach(this::complete);
    }

    @Override
    public void close() {
        clients.forEach(NeuralBox::close);
        transports.forEach(Transport::close);
        service.close();
    }

    private void wave(NeuralBox client) {
        complete(client);
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(twoDeltas, gate));
        CompletableFuture<Generation> first = client.generateAsync(REQUEST);
        // Waits for its admission, until the first one has ended.
        CompletableFuture<Generation> second = client.generateAsync(REQUEST);
        gate.open();
        first.join();
        second.join();
        service.misbehave(Fault.refuse(503, "model_unavailable", "overloaded"));
        complete(client);
        fails(client, Fault.fail(2, "the provider gave up"));
        fails(client, Fault.withoutEnd());
        fails(client, Fault.cutAfter(twoDeltas));
        fails(client, Fault.answer(200, Map.of("Content-Type", "text/event-stream"), UNREADABLE));
        cancel(client);
        ends.await();
    }

    private void complete(NeuralBox client) {
        var unused = client.generate(REQUEST);
    }

    private void fails(NeuralBox client, Fault fault) {
        service.misbehave(fault);
        try {
            client.generate(REQUEST);
        } catch (NeuralBoxException expected) {
            return;
        }
        throw new AssertionError("completed although the service " + fault);
    }

    /** Leaves while the service is silent, so that what it sent and what arrived is the same. */
    private void cancel(NeuralBox client) {
        long left = service.generations(LocalNeuralBox.Outcome.DISCONNECTED);
        service.misbehave(Fault.stallAfter(twoDeltas));
        try (GenerationStream stream = client.stream(REQUEST)) {
            Iterator<GenerationEvent> events = stream.iterator();
            for (int deltas = 0; deltas < 2; ) {
                deltas += events.next() instanceof GenerationEvent.Delta ? 1 : 0;
            }
        }
        service.awaitGenerations(LocalNeuralBox.Outcome.DISCONNECTED, left + 1);
    }

    private static int bytesUntilTheThirdDelta(LocalNeuralBox.Builder builder) {
        try (LocalNeuralBox twin = builder.start()) {
            HttpRequest request = HttpRequest.newBuilder(twin.uri().resolve("/api/v2/generate"))
                    .header("Authorization", "Bearer " + LocalNeuralBox.apiKey())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"gpt-5\", \"stream\": true,"
                            + " \"messages\": [{\"role\": \"user\", \"content\": \"Write a story\"}]}"))
                    .build();
            String body = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            int at = -1;
            for (int i = 0; i < 3; i++) {
                at = body.indexOf("content_delta", at + 1);
            }
            return body.lastIndexOf("data:", at);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A listener with a defect, as applications have them. */
    private static final class Faulty implements GenerationListener {
        @Override
        public Observer started(GenerationInfo info) {
            return outcome -> {
                throw new IllegalStateException("a listener of the application is broken, on purpose");
            };
        }
    }
}
