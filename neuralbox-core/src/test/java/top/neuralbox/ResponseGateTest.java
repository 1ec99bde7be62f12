package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.OneCall.assertBroken;
import static top.neuralbox.OneCall.assertUnexpected;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.transport.TransportException.Kind;

/** What a response is taken for, by its status and content type, before and instead of a stream. */
class ResponseGateTest {

    private final OneCall client = new OneCall();

    @ParameterizedTest
    @CsvSource({
        "https://login.example:8443/sso?token=secret#x, https://login.example:8443",
        "/login?token=secret, a path on the same host",
        "//other.example/x, //other.example",
        "https://under_score.example/x, a malformed target",
        "'https://[', a malformed target",
        "mailto:x@example.com, a target without a host",
    })
    void redirectTellsTheTargetsOriginAlone(String location, String shown) {
        NeuralBoxException error = client.failure(call -> call.head(302, "Location", location));
        assertUnexpected(error, Reason.REDIRECT);
        assertThat(error)
                .hasMessage("the service answered with a redirect (status 302) to " + shown
                        + "; redirects are not followed: check the base URI");
        assertThat(error.status()).isEqualTo(302);
        assertThat(client.transport.calls).hasSize(1);
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305})
    void statusThatNamesNoOtherPlaceIsNamedItself(int status) {
        NeuralBoxException error = client.failure(call -> call.head(status));
        assertUnexpected(error, Reason.REDIRECT);
        assertThat(error)
                .hasMessage("the service answered with status " + status
                        + ", which is neither a result nor an error of the service; check the base URI");
    }

    @Test
    void loginPageIsRecognisedByItsExcerpt() {
        NeuralBoxException error = client.failure(call -> call.head(200, "Content-Type", "text/html; charset=utf-8")
                .bytes("<html>Please log in</html>")
                .finish());
        assertUnexpected(error, Reason.CONTENT_TYPE);
        assertThat(error)
                .hasMessage("the answer (status 200) is text/html; charset=utf-8, not text/event-stream; check the"
                        + " base URI. It begins: <html>Please log in</html>");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void compressedStreamIsRefused() {
        NeuralBoxException error =
                client.failure(call -> call.head(200, "Content-Type", "text/event-stream", "Content-Encoding", "gzip"));
        assertUnexpected(error, Reason.CONTENT_ENCODING);
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"204, ", "205, ", "200, 0"})
    void answerWithoutContentIsRefused(int status, String length) {
        NeuralBoxException error =
                client.failure(call -> call.head(status, "Content-Length", length == null ? "" : length));
        assertUnexpected(error, Reason.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "Text/Event-Stream",
                "text/event-stream;charset=UTF-8",
                " text/event-stream ;x"
            })
    void contentTypeIsComparedWithoutRegardToCaseAndParameters(String type) {
        RecordingSubscriber subscriber = client.subscribe(call ->
                call.head(200, "Content-Type", type).start().end().done().finish());
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void streamWithoutContentTypeIsRead() {
        RecordingSubscriber subscriber =
                client.subscribe(call -> call.head(200).start().end().done().finish());
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void textAnswerInJsonBecomesEvents() {
        RecordingSubscriber subscriber = client.subscribe(call -> call.json(
                200,
                "{\"id\": 18473, \"status\": \"completed\", \"model_slug\": \"gpt-5\", \"result_text\": \"Once\","
                        + " \"tokens_spent\": 3}"));
        assertThat(subscriber.completed()).isTrue();
        assertThat(subscriber.events).hasSize(3);
        assertThat(subscriber.events.get(0))
                .isInstanceOfSatisfying(
                        GenerationEvent.Start.class,
                        start -> assertThat(start.id()).isEqualTo("18473"));
        assertThat(subscriber.events.get(1)).isEqualTo(new GenerationEvent.Delta("Once"));
        assertThat(subscriber.events.get(2))
                .isInstanceOfSatisfying(
                        GenerationEvent.End.class,
                        end -> assertThat(end.billing().creditsUsed()).isEqualTo(new BigDecimal(3)));
        assertThat(client.transport.call(0).cancels()).isZero();
    }

    @Test
    void mediaAnswerIsNotLost() {
        NeuralBoxException error = client.failure(call -> call.json(
                200,
                "{\"id\": 7, \"status\": \"completed\", \"model\": \"flux\", \"result_url\": \"https://cdn/x.png\","
                        + " \"tokens_spent\": 5}"));
        assertThat(error).isInstanceOfSatisfying(NotAStreamException.class, e -> {
            assertThat(e).hasMessage("model flux does not stream; its result is at url()");
            assertThat(e.url()).isEqualTo("https://cdn/x.png");
            assertThat(e.id()).isEqualTo("7");
            assertThat(e.generationStatus()).isEqualTo("completed");
            assertThat(e.billingState()).isEqualTo(BillingState.CHARGED);
            assertThat(e.partial().billing()).isEqualTo(Billing.of(new BigDecimal(5), null));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"content\": \"\"", ", \"content\": \"so far\""})
    void pendingAnswerTellsWhatToAskFor(String more) {
        NeuralBoxException error = client.failure(
                call -> call.json(202, "{\"id\": 7, \"status\": \"pending\", \"model\": \"flux\"" + more + "}"));
        assertThat(error).isInstanceOfSatisfying(NotAStreamException.class, e -> {
            assertThat(e)
                    .hasMessage("model flux does not stream; its result is pending: pass answer() to NeuralBox.await");
            assertThat(e.url()).isNull();
            assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
        });
    }

    @Test
    void failedAnswerCostsNothing() {
        NeuralBoxException error =
                client.failure(call -> call.json(200, "{\"id\": 7, \"status\": \"failed\", \"error\": \"no GPU\"}"));
        assertThat(error).isInstanceOf(GenerationFailedException.class);
        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "{}", "{\"token_balance\": 283}"})
    void answerThatIsNoGenerationCannotBeRead(String body) {
        NeuralBoxException error = client.failure(call -> call.json(200, body));
        assertUnexpected(error, Reason.CONTENT);
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void answerBeyondItsLimitCannotBeRead() {
        client.limits = Limits.builder().answerBytes(16).build();
        NeuralBoxException error = client.failure(call ->
                call.head(200, "Content-Type", "application/json").bytes("{\"id\": 7, \"status\": \"completed\"}"));
        assertUnexpected(error, Reason.CONTENT);
        assertThat(error)
                .hasMessageStartingWith("the answer in JSON is longer than 16 bytes")
                .hasMessageContaining("NeuralBox.generation(\"7\")");
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @Test
    void answerThatIsCutIsAReset() {
        NeuralBoxException error = client.failure(call -> call.head(200, "Content-Type", "application/json")
                .bytes("{\"id\"")
                .fail(Kind.LOST));
        assertBroken(error, StreamBrokenException.Kind.RESET);
        assertThat(error.phase()).isEqualTo(Phase.HEAD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"id\": \"gen_7\", \"status\": \"completed\", \"content\": \"On; gen_7",
                "{\"id\": 18473, \"status\": \"completed\", \"content\": \"On; 18473",
            })
    void answerThatIsCutKeepsItsIdToBeAskedForLater(String begun, String id) {
        NeuralBoxException error = client.failure(call ->
                call.head(200, "Content-Type", "application/json").bytes(begun).fail(Kind.LOST));
        assertBroken(error, StreamBrokenException.Kind.RESET);
        assertThat(error.partial().id()).isEqualTo(id);
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    /** Only the end of the body is missing, for example the last chunk. */
    @Test
    void answerThatIsWholeCountsThoughItsConnectionIsLost() {
        RecordingSubscriber subscriber = client.subscribe(call -> call.head(200, "Content-Type", "application/json")
                .bytes("{\"id\": \"gen_7\", \"status\": \"completed\", \"content\": \"Once\", \"tokens_used\": 3}")
                .fail(Kind.LOST));
        assertThat(subscriber.completed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "none",
            value = {
                "{\"id\": \"gen_7\", \"tokens_used\": 3, \"content\": \"On; 3",
                "{\"id\": \"gen_7\", \"tokens_used\": 3; none",
                "{\"id\": \"gen_7\", \"tokens_used\": 0, \"content\": \"On; none",
                "{\"id\": \"gen_7\", \"status\": \"pending\", \"tokens_used\": 3, \"progress\": \"; none",
                "{\"id\": \"gen_7\", \"content\": \"Once\", \"id\": 5; none",
            })
    void answerThatIsCutKeepsItsCost(String begun, BigDecimal cost) {
        NeuralBoxException error = client.failure(call ->
                call.head(200, "Content-Type", "application/json").bytes(begun).fail(Kind.LOST));
        Billing known = error.partial().billing();
        assertThat(known == null ? null : known.creditsUsed()).isEqualTo(cost);
        assertThat(error.partial().id()).isEqualTo("gen_7");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\": \"gen_7", "{\"id\": 184", "[\"id\""})
    void idThatMayBeCutIsNone(String begun) {
        NeuralBoxException error = client.failure(call ->
                call.head(200, "Content-Type", "application/json").bytes(begun).fail(Kind.LOST));
        assertThat(error.partial().id()).isNull();
    }

    @Test
    void answerBeyondItsLimitKeepsItsId() {
        client.limits = Limits.builder().answerBytes(40).build();
        NeuralBoxException error = client.failure(call -> call.head(200, "Content-Type", "application/json")
                .bytes("{\"id\": \"gen_7\", \"status\": \"completed\", \"content\": \"Once upon a time\"}"));
        assertUnexpected(error, Reason.CONTENT);
        assertThat(error.partial().id()).isEqualTo("gen_7");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error).hasMessageContaining("NeuralBox.generation(\"gen_7\")");
    }

    @Test
    void answerThatIsNoJsonAtItsEndKeepsItsId() {
        NeuralBoxException error = client.failure(
                call -> call.json(200, "{\"id\": \"gen_7\", \"status\": \"completed\", \"content\": Once}"));
        assertUnexpected(error, Reason.CONTENT);
        assertThat(error.partial().id()).isEqualTo("gen_7");
    }
}
