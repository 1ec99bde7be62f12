package top.neuralbox.examples;

import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import redis.clients.jedis.RedisClient;
import top.neuralbox.Balance;
import top.neuralbox.Generation;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.Message;
import top.neuralbox.Model;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.Polling;
import top.neuralbox.RateLimitException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.budget.LedgerTotal;
import top.neuralbox.budget.redis.RedisBudgetStore;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.recording.RecordingTransport;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** The examples of the README, so that the compiler reads them too. A test holds the two together. */
final class ReadmeExamples {

    private ReadmeExamples() {}

    static void byPieces() {
        try (NeuralBox neuralBox = NeuralBox.create();
                GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
            }
            System.out.println("cost: " + stream.result().billing().creditsUsed() + " credits");
        }
    }

    static void byEvents(GenerationStream stream) {
        for (GenerationEvent event : stream) {
            if (event instanceof GenerationEvent.Delta delta) {
                System.out.print(delta.text());
            } else if (event instanceof GenerationEvent.End end) {
                System.out.println("credits left: " + end.billing().balanceRemaining());
            }
        }
    }

    static String whole(NeuralBox neuralBox) {
        String text = neuralBox
                .generate(GenerationRequest.of("gpt-5", "Write a haiku"))
                .text();
        return text;
    }

    static CompletableFuture<Void> later(NeuralBox neuralBox) {
        return neuralBox
                .generateAsync(GenerationRequest.of("gpt-5", "Write a haiku"))
                .thenAccept(generation -> System.out.println(generation.text()));
    }

    static void picture(NeuralBox neuralBox) {
        GenerationRequest picture = GenerationRequest.builder()
                .model("dall-e-3")
                .prompt("A robot that paints")
                .modelParam("size", "1024x1024")
                .build();
        GenerationAnswer answer = neuralBox.submit(picture);
        if (answer instanceof GenerationAnswer.Pending pending) {
            answer = neuralBox.await(
                    pending,
                    Polling.builder()
                            .total(Duration.ofMinutes(5))
                            .onProgress(still -> System.out.println(still.progress() + " %, ready in " + still.eta()))
                            .build());
        }
        if (answer instanceof GenerationAnswer.Media media) {
            System.out.println(media.url());
        }
    }

    static void account(NeuralBox neuralBox) {
        Balance balance = neuralBox.account().balance();
        Model model = neuralBox.account().model("dall-e-3");
        System.out.println(
                balance.credits() + " credits left; a picture costs " + model.minPrice() + " to " + model.maxPrice());
    }

    static Generation budget() throws IOException {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
                .tenantLimit(BigDecimal.valueOf(50), Duration.ofHours(1))
                .lowBalance(BigDecimal.valueOf(200))
                .listener(new BudgetListener() {
                    @Override
                    public void lowBalance(BigDecimal credits) {
                        System.err.println("only " + credits + " credits left");
                    }
                })
                .build();
        BillingLedger ledger = new BillingLedger();
        NeuralBox guarded = NeuralBox.builder().budget(budget).listener(ledger).build();

        Generation generation = guarded.generate(GenerationRequest.builder()
                .model("gpt-5")
                .prompt("Write a haiku")
                .tenant("acme")
                .build());
        ledger.writeCsv(System.out);
        return generation;
    }

    static CreditBudget fleet() {
        RedisClient redis = RedisClient.create("redis://localhost:6379");
        RedisBudgetStore store =
                RedisBudgetStore.builder(redis).namespace("chat").build();
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
                .store(store)
                .build();
        return budget;
    }

    static void spent(BillingLedger ledger) {
        for (LedgerTotal total : ledger.totals()) {
            System.out.println(total.tenant() + " " + total.model() + ": " + total.credits() + " credits for "
                    + total.charged() + " of " + total.generations() + ", " + total.unknown() + " unknown");
        }
    }

    static void record() {
        try (Transport recording = RecordingTransport.builder(HttpClientTransport.create(), Path.of("recordings"))
                        .blankText()
                        .build();
                NeuralBox neuralBox = NeuralBox.builder().transport(recording).build()) {
            neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
        }
    }

    static void replay(Consumer<NeuralBox> yourCode) throws IOException {
        try (ScriptedServer server = ScriptedServer.start();
                NeuralBox neuralBox = NeuralBox.builder()
                        .baseUri(server.uri())
                        .apiKey(LocalNeuralBox.apiKey())
                        .build()) {
            server.answerAlways(
                    Recording.read(Path.of("recordings/recording-1.jsonl")).script(2));
            yourCode.accept(neuralBox);
        }
    }

    static CompletableFuture<Void> submitWithoutBlocking(NeuralBox neuralBox, GenerationRequest picture) {
        return neuralBox
                .submitAsync(picture)
                .thenAccept(made ->
                        System.out.println(made.id() + " cost " + made.billing().creditsUsed()));
    }

    static void onDemand(NeuralBox neuralBox, Flow.Subscriber<GenerationEvent> subscriber) {
        Flow.Publisher<GenerationEvent> events = neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku"));
        events.subscribe(subscriber);
    }

    static GenerationRequest full() {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .system("You are a poet.")
                .message(Message.user("Write a haiku"))
                .message(Message.assistant("An old silent pond"))
                .message(Message.user("And now about Java"))
                .temperature(0.9)
                .maxTokens(200)
                .build();
        return request;
    }

    static NeuralBox overItsOwnTransport() {
        Transport transport = HttpClientTransport.create(
                TransportConfig.builder().maxConnections(200).build());
        NeuralBox neuralBox = NeuralBox.builder().transport(transport).build();
        return neuralBox;
    }

    static NeuralBox watched(MeterRegistry registry) {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        NeuralBox neuralBox = NeuralBox.builder().name("chat").listener(metrics).build();
        return neuralBox;
    }

    static void failures(NeuralBox neuralBox, GenerationRequest request) {
        try {
            neuralBox.generate(request);
        } catch (RateLimitException e) {
            System.err.println("come back in " + e.retryAfter());
        } catch (NeuralBoxException e) {
            switch (e.billingState()) {
                case NOT_CHARGED ->
                    System.err.println("nothing was charged, send it again if you like: " + e.getMessage());
                case CHARGED ->
                    System.err.println(
                            "paid, and this much arrived: " + e.partial().text());
                case UNKNOWN ->
                    System.err.println("ask the service about " + e.partial().id() + " before you send it again");
            }
        }
    }

    static void toABrowser(NeuralBox neuralBox, GenerationRequest request, HttpExchange exchange) throws IOException {
        StreamRelay relay = StreamRelay.of(neuralBox.publish(request));
        StreamRelay.Head head = relay.head().join();
        head.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(head.status(), 0);
        relay.writeTo(exchange.getResponseBody());
    }

    static void onALocalService(Consumer<NeuralBox> yourCode) {
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBox neuralBox = NeuralBox.builder()
                        .baseUri(service.uri())
                        .apiKey(LocalNeuralBox.apiKey())
                        .build()) {
            service.misbehave(Fault.cutAfter(200));
            yourCode.accept(neuralBox);
            System.out.println("charged: " + service.creditsCharged());
        }
    }
}
