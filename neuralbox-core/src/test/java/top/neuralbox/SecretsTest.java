package top.neuralbox;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;

/** A key that is planted where it can be seen comes out nowhere. */
class SecretsTest {

    private static final String CANARY = "nb_canary/0123456789abcdefghijklmnopqrstuvwxyzABCDE";
    private static final String PROMPT = "prompt-canary";
    private static final GenerationRequest REQUEST = GenerationRequest.builder()
            .model("gpt-5")
            .message(Message.user(PROMPT))
            .header("X-Gateway-Token", CANARY)
            .attribute("user", CANARY)
            .build();

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();

    static Stream<Consumer<StubTransport.StubCall>> answersThatEchoTheKey() {
        String escaped = CANARY.replace("/", "\\/");
        return Stream.of(
                call -> call.json(401, "{\"error\": \"not_authenticated\", \"message\": \"bad key " + CANARY + "\"}"),
                call -> call.json(401, "{\"error\": \"bad key " + CANARY + "\"}"),
                call -> call.json(401, "{\"error\": \"x\", \"message\": \"bad key " + escaped + "\"}"),
                call -> call.json(401, "{\"error\": {\"code\": \"" + CANARY + "\", \"message\": \"" + CANARY + "\"}}"),
                call -> call.json(422, "{\"error\": \"validation_error\", \"details\": {\"key\": \"" + CANARY + "\"}}"),
                call -> call.json(
                        422, "{\"error\": \"validation_error\", \"details\": {\"key\": \"" + escaped + "\"}}"),
                call -> call.json(401, "{\"error\": \"token_expired\", \"message\": \"" + CANARY + "\"}"),
                call -> call.json(429, "{\"error\": \"x\", \"message\": \"" + CANARY + "\"}"),
                call -> call.head(403, "Content-Type", "text/html")
                        .bytes("<p>Bearer " + CANARY + "</p>")
                        .finish(),
                call -> call.head(200, "Content-Type", "text/html")
                        .bytes("<p>Bearer " + CANARY + "</p>")
                        .finish(),
                call -> call.head(403, "Content-Type", "text/html")
                        .bytes("<p>Bearer " + CANARY.substring(0, CANARY.length() - 1))
                        .fail(TransportException.Kind.LOST),
                call -> call.head(200, "Content-Type", "text/html")
                        .bytes("<p>Bearer " + CANARY.substring(0, 20))
                        .fail(TransportException.Kind.LOST),
                call -> call.head(200, "Content-Type", "text/" + CANARY).finish(),
                call -> call.head(302, "Location", "https://login.example/?token=" + CANARY),
                call -> call.head(302, "Location", "https://" + CANARY),
                call -> call.head(302, "Location", CANARY),
                call -> call.head(
                        302, "Location", "https://" + CANARY.replace("/", "-").replace("_", "-") + ".example"),
                call -> call.head(500, "X-Request-Id", CANARY).finish(),
                call -> call.json(200, "{\"id\": 1, \"status\": \"failed\", \"error\": \"" + CANARY + "\"}"),
                call -> call.json(200, "{\"id\": 1, \"status\": \"" + CANARY + "\", \"model\": \"" + CANARY + "\"}"),
                call -> call.json(200, "{\"" + CANARY),
                call -> call.stream().event("{\"type\": \"error\", \"message\": \"" + CANARY + "\"}"),
                call -> call.stream()
                        .event("{\"type\": \"error\", \"code\": \"" + CANARY + "\", \"error\": \"" + CANARY + "\"}"),
                call -> call.stream().event("{\"type\": \"" + CANARY),
                call -> call.stream().event("{\"kind\": \"" + CANARY + "\"}"),
                call -> call.stream().event(CANARY),
                call -> call.stream()
                        .event("{\"type\": \"generation_start\", \"id\": \"" + CANARY + "\"}")
                        .finish(),
                call -> call.stream()
                        .event("{\"type\": \"generation_start\", \"model\": \"" + CANARY + "\"}")
                        .finish(),
                call -> call.json(200, "{\"id\": \"" + CANARY + "\", \"status\": \"pending\"}"),
                call -> call.fail(TransportException.Kind.TLS),
                call -> call.sent().fail(TransportException.Kind.LOST));
    }

    @ParameterizedTest
    @MethodSource("answersThatEchoTheKey")
    void keyIsInNoExceptionHoweverItIsEchoed(Consumer<StubTransport.StubCall> answer) throws Exception {
        transport.always(answer);
        try (LogCapture log = LogCapture.start()) {
            RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
            client().publish(REQUEST).subscribe(subscriber);
            clock.advance(Duration.ofMinutes(5));
            NeuralBoxException error = (NeuralBoxException) subscriber.errors.get(0);
            assertThat(trace(error)).doesNotContainIgnoringCase(CANARY).doesNotContain(PROMPT);
            assertThat(String.valueOf(error.requestId())).doesNotContainIgnoringCase(CANARY);
            assertThat(told(error)).doesNotContainIgnoringCase(CANARY).doesNotContain(CANARY.replace("/", "\\/"));
            assertThat(serialized(error)).doesNotContainIgnoringCase(CANARY).doesNotContain(PROMPT);
            assertThat(listener.outcome().toString()).doesNotContainIgnoringCase(CANARY);
            listener.retries.forEach(retry -> assertThat(trace(retry)).doesNotContainIgnoringCase(CANARY));
            assertThat(log.everything()).doesNotContainIgnoringCase(CANARY).doesNotContain(PROMPT);
        }
    }

    @Test
    void keyAndPromptAreInNoTextOfWhatIsPassedAround() {
        transport.next(StubTransport.StubCall::story);
        NeuralBox client = client();
        GenerationStream stream = client.stream(REQUEST);
        Generation generation = stream.result();
        List<Object> all = List.of(
                client,
                REQUEST,
                REQUEST.messages(),
                stream,
                generation,
                transport.call(0).request,
                ApiKey.of(CANARY),
                new GenerationInfo(
                        "default",
                        "stub",
                        Endpoint.SERVICE,
                        true,
                        GenerationRequest.builder()
                                .model("gpt-5")
                                .prompt(PROMPT)
                                .attribute("user", CANARY)
                                .build()),
                listener.outcome());
        assertThat(all)
                .allSatisfy(each -> assertThat(each.toString())
                        .doesNotContainIgnoringCase(CANARY)
                        .doesNotContain(PROMPT)
                        .doesNotContain("Once"));
    }

    @Test
    void answerThatWasWaitedForShowsNoKeyThatTheServiceEchoes() {
        NeuralBox client = client();
        transport.next(call -> call.json(200, "{\"id\": 1, \"status\": \"pending\"}"));
        var answer = client.awaitAsync((GenerationAnswer.Pending) client.submit(REQUEST), Polling.defaults());
        transport.next(call -> call.json(
                200,
                "{\"id\": \"" + CANARY + "\", \"status\": \"completed\", \"model\": \"" + CANARY
                        + "\", \"content\": \"x\"}"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(answer)
                .isCompletedWithValueMatching(
                        shown -> !shown.toString().toLowerCase(ROOT).contains(CANARY.toLowerCase(ROOT)));
    }

    @Test
    void everythingThatIsLoggedIsFreeOfTheKey() {
        transport
                .next(call -> call.json(429, "{\"error\": \"" + CANARY + "\"}"))
                .next(call -> call.json(503, "{\"error\": \"model_unavailable\", \"message\": \"" + CANARY + "\"}"))
                .next(StubTransport.StubCall::story);
        try (LogCapture log = LogCapture.start()) {
            client().generateAsync(REQUEST);
            clock.advance(Duration.ofMinutes(1));
            assertThat(log.lines())
                    .hasSize(2)
                    .allSatisfy(
                            line -> assertThat(line).startsWith("FINE attempt ").contains("sending again in"));
            assertThat(log.everything())
                    .doesNotContainIgnoringCase(CANARY)
                    .doesNotContain(PROMPT)
                    .doesNotContain("Once");
        }
    }

    @Test
    void baseUriWithCredentialsIsRefusedWithoutEchoingThem() {
        assertThatThrownBy(() -> transport
                        .client(clock)
                        .baseUri(URI.create("https://user:secret-canary@example.com"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("baseUri must not have user information, a query or a fragment");
    }

    @Test
    void headerThatIsRefusedIsNotEchoed() {
        assertThatThrownBy(() -> NeuralBox.builder().header("X-Token", CANARY + "\r\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContainIgnoringCase(CANARY);
    }

    private NeuralBox client() {
        return transport
                .client(clock)
                .apiKey(CANARY)
                .listener(listener)
                .header("X-Client-Token", CANARY)
                .build();
    }

    /** All that an exception tells of the failure; id, model and text of a generation are data, and the service's. */
    private static String told(NeuralBoxException error) {
        String told = error.rateLimits() + " " + error.partial() + " "
                + error.responseHeaders().asMap();
        if (error instanceof NotAStreamException answered) {
            told += answered.answer() + answered.generationStatus();
        }
        if (error instanceof ApiException refused) {
            told += refused.code() + refused.serviceMessage() + refused.detailsJson();
        }
        if (error instanceof GenerationFailedException failed) {
            told += failed.code() + failed.serviceMessage() + failed.json();
        }
        return told;
    }

    private static String trace(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static String serialized(NeuralBoxException error) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(error);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            NeuralBoxException copy = (NeuralBoxException) in.readObject();
            assertThat(copy).hasMessage(error.getMessage());
            assertThat(copy.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(copy.partial().text()).isEmpty();
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
