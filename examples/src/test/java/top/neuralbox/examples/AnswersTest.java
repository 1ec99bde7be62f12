package top.neuralbox.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.Balance;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Model;
import top.neuralbox.NeuralBox;
import top.neuralbox.NotAStreamException;
import top.neuralbox.Polling;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.WireSpelling;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** What does not stream, on real sockets: on both transports, in both spellings that the service has. */
class AnswersTest {

    private static final GenerationRequest IMAGE = GenerationRequest.builder()
            .model("dall-e-3")
            .prompt("A robot that paints")
            .modelParam("size", "1024x1024")
            .build();

    static Stream<Arguments> services() {
        return Stream.of(WireSpelling.values())
                .flatMap(spelling -> Stream.<Supplier<Transport>>of(HttpClientTransport::create, VertxTransport::create)
                        .map(transport -> Arguments.of(spelling, transport)));
    }

    @ParameterizedTest
    @MethodSource("services")
    void textAnswerComesInOnePiece(WireSpelling spelling, Supplier<Transport> transports) {
        try (LocalNeuralBox service = service(spelling);
                Transport transport = transports.get();
                NeuralBox client = client(service, transport)) {
            GenerationAnswer answer = client.submit(GenerationRequest.of("gpt-5", "hello"));

            assertThat(answer)
                    .isInstanceOfSatisfying(
                            GenerationAnswer.Text.class,
                            text -> assertThat(text.text()).isEqualTo("Hello there"));
            assertThat(answer.billing().creditsUsed()).isEqualTo(service.creditsCharged());
            assertThat(answer.rateLimits().hourlyLimit()).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void pendingImageIsAwaitedAndPaidOnce(WireSpelling spelling, Supplier<Transport> transports) {
        try (LocalNeuralBox service = service(spelling);
                Transport transport = transports.get();
                NeuralBox client = client(service, transport)) {
            List<BigDecimal> progress = new CopyOnWriteArrayList<>();
            GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(IMAGE);
            GenerationAnswer answer = client.await(
                    pending,
                    Polling.builder()
                            .firstWait(Duration.ofMillis(1))
                            .onProgress(still -> progress.add(still.progress()))
                            .build());

            assertThat(answer).isInstanceOfSatisfying(GenerationAnswer.Media.class, media -> {
                assertThat(media.id()).isEqualTo(pending.id());
                assertThat(media.url()).startsWith("http");
            });
            assertThat(progress).containsExactly(new BigDecimal(33), new BigDecimal(66));
            assertThat(service.creditsCharged()).isEqualTo(new BigDecimal(8));
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void imageThatFailsCostsNothing(WireSpelling spelling, Supplier<Transport> transports) {
        try (LocalNeuralBox service = service(spelling);
                Transport transport = transports.get();
                NeuralBox client = client(service, transport)) {
            GenerationAnswer.Pending pending = (GenerationAnswer.Pending) client.submit(IMAGE);
            String model = spelling == WireSpelling.FIRST ? "model" : "model_slug";
            String failed = "{\"id\": \"" + pending.id() + "\", \"status\": \"failed\", \"" + model
                    + "\": \"dall-e-3\", \"error\": \"no paint\"}";
            service.misbehave(Fault.answer(200, Map.of("Content-Type", "application/json"), failed.getBytes(UTF_8)));

            GenerationFailedException error = catchThrowableOfType(
                    GenerationFailedException.class,
                    () -> client.await(
                            pending,
                            Polling.builder().firstWait(Duration.ofMillis(1)).build()));
            assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
            assertThat(error).hasMessageContaining("no paint");
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void streamOfAnImageModelCarriesThePendingImage(WireSpelling spelling, Supplier<Transport> transports) {
        try (LocalNeuralBox service = service(spelling);
                Transport transport = transports.get();
                NeuralBox client = client(service, transport)) {
            NotAStreamException error = catchThrowableOfType(NotAStreamException.class, () -> client.generate(IMAGE));

            assertThat(error.answer()).isInstanceOf(GenerationAnswer.Pending.class);
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void accountTellsTheBalanceAndThePrices(WireSpelling spelling, Supplier<Transport> transports) {
        try (LocalNeuralBox service = service(spelling);
                Transport transport = transports.get();
                NeuralBox client = client(service, transport)) {
            Balance balance = client.account().balance();
            Model model = client.account().model("veo-3");

            assertThat(balance.credits()).isEqualTo(service.balance());
            assertThat(model.maxPrice()).isEqualTo(new BigDecimal(40));
            assertThat(model.supportsStreaming()).isFalse();
            assertThat(model.rateLimits().hourlyLimit()).isEqualTo(100);
        }
    }

    private static LocalNeuralBox service(WireSpelling spelling) {
        return LocalNeuralBox.builder()
                .spelling(spelling)
                .deltas(List.of("Hello", " there"))
                .mediaPolls(3)
                .rateLimit(100, 1_000)
                .start();
    }

    private static NeuralBox client(LocalNeuralBox service, Transport transport) {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .build();
    }
}
