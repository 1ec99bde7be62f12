package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.OneCall.assertBroken;
import static top.neuralbox.OneCall.assertUnexpected;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.transport.TransportException.Kind;

/** Which exception each failure becomes, and what it tells. */
class ErrorsTest {

    private final OneCall client = new OneCall();

    @ParameterizedTest
    @CsvSource({
        "400, bad_request, ValidationException",
        "413, too_large, ValidationException",
        "422, validation_error, ValidationException",
        "401, not_authenticated, AuthenticationException",
        "402, insufficient_tokens, InsufficientCreditsException",
        "403, insufficient_plan, ApiException",
        "404, not_found, ApiException",
        "500, provider_error, ApiException",
        "503, model_unavailable, ApiException",
        "599, odd, ApiException",
    })
    void statusDecidesTheType(int status, String code, String type) {
        NeuralBoxException error = client.failure(call -> call.json(
                status,
                "{\"error\": \"" + code + "\", \"message\": \"why\", \"details\": {\"field\": 1}}",
                "X-Request-Id",
                "req-9"));
        assertThat(error.getClass().getSimpleName()).isEqualTo(type);
        assertThat(error).hasMessage("the service refused the request (status " + status + ", " + code + "): why");
        assertThat(error.requestId()).isEqualTo("req-9");
        assertThat(error).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.serviceMessage()).isEqualTo("why");
            assertThat(e.detailsJson()).isEqualTo("{\"field\": 1}");
        });
    }

    @Test
    void rateLimitTellsWhenToComeBackAndWhatIsLeft() {
        NeuralBoxException error = client.failure(call -> call.json(
                429,
                "{\"error\": \"rate_limit_exceeded\", \"message\": \"slow down\", \"retry_after\": 3600}",
                "X-RateLimit-Limit-Hour",
                "100",
                "X-RateLimit-Remaining-Hour",
                "0"));
        assertThat(error).isInstanceOf(RateLimitException.class);
        assertThat(error.retryAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(error.rateLimits().hourlyLimit()).isEqualTo(100);
        assertThat(error.rateLimits().hourlyRemaining()).isZero();
        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
    }

    @Test
    void gatewaysPageBecomesAnExcerptInOneLine() {
        NeuralBoxException error = client.failure(call -> call.head(502, "Content-Type", "text/html")
                .bytes("<h1>\nBad\u001b[31m Gateway</h1>")
                .finish());
        assertThat(error)
                .hasMessage("the service refused the request (status 502): <h1>\\nBad\\u001B[31m Gateway</h1>");
    }

    @Test
    void messageOfTheServiceIsBoundedAndCannotForgeALogLine() {
        NeuralBoxException error = client.failure(call ->
                call.json(400, "{\"error\": \"a\\nb\", \"message\": \"" + "x".repeat(10_000) + "\\n2026 INFO\"}"));
        assertThat(error.getMessage())
                .startsWith("the service refused the request (status 400, a\\nb): xxx")
                .doesNotContain("\n")
                .hasSizeLessThan(2_200);
    }

    @Test
    void messageOfAnErrorEventIsBoundedAndCannotForgeALogLine() {
        NeuralBoxException error = client.failure(call ->
                call.stream().event("{\"type\": \"error\", \"message\": \"a\\r\\n" + "x".repeat(10_000) + "\"}"));
        assertThat(error.getMessage()).doesNotContain("\n").hasSizeLessThan(2_200);
        assertThat(((GenerationFailedException) error).serviceMessage()).hasSize(10_003);
    }

    @Test
    void emptyErrorBodyLeavesTheStatus() {
        NeuralBoxException error = client.failure(call -> call.head(403).finish());
        assertThat(error).hasMessage("the service refused the request (status 403)");
        assertThat(((ApiException) error).code()).isNull();
        assertThat(((ApiException) error).serviceMessage()).isNull();
        assertThat(((ApiException) error).detailsJson()).isNull();
    }

    @Test
    void endlessErrorBodyIsReadToItsLimitAndGivenUp() {
        NeuralBoxException error = client.failure(call -> {
            call.head(500, "Content-Type", "application/json").bytes("{\"error\": \"provider_error\", \"x\": \"");
            for (int i = 0; i < 20; i++) {
                call.bytes("x".repeat(8_192));
            }
        });
        assertThat(error.status()).isEqualTo(500);
        assertThat(((ApiException) error).code()).isEqualTo("provider_error");
        // A cost may stand behind the limit.
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @Test
    void stalledErrorBodyIsGivenUpAfterFiveSeconds() {
        RecordingSubscriber subscriber = client.subscribe(call ->
                call.head(402, "Content-Type", "application/json").bytes("{\"error\": \"insufficient_tokens\""));
        client.clock.advance(Duration.ofMillis(4_999));
        assertThat(subscriber.terminals()).isZero();
        client.clock.advance(Duration.ofMillis(1));
        assertThat(subscriber.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        InsufficientCreditsException.class,
                        e -> assertThat(e.code()).isEqualTo("insufficient_tokens"));
    }

    @Test
    void brokenErrorBodyLeavesTheStatus() {
        NeuralBoxException error = client.failure(
                call -> call.head(401, "Content-Type", "application/json").fail(Kind.LOST));
        assertThat(error).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void errorEventEndsTheStreamAndCostsNothing() {
        NeuralBoxException error = client.failure(call -> call.stream()
                .start()
                .delta("Half")
                .event("{\"type\": \"error\", \"code\": \"overloaded\", \"message\": \"gave up\"}"));
        assertThat(error).hasMessage("the service gave up the generation (error event, overloaded): gave up");
        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        assertThat(error.phase()).isEqualTo(Phase.STREAM);
        assertThat(error.partial().text()).isEqualTo("Half");
        assertThat(error.partial().id()).isEqualTo("gen_1");
        assertThat(error).isInstanceOfSatisfying(GenerationFailedException.class, e -> {
            assertThat(e.code()).isEqualTo("overloaded");
            assertThat(e.serviceMessage()).isEqualTo("gave up");
            assertThat(e.json()).startsWith("{\"type\": \"error\"");
        });
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "data: [DONE]\n\n"})
    void endWithoutGenerationEndIsTruncated(String last) {
        NeuralBoxException error = client.failure(
                call -> call.stream().start().delta("Half").bytes(last).finish());
        assertBroken(error, StreamBrokenException.Kind.TRUNCATED);
        assertThat(error.partial().text()).isEqualTo("Half");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error.phase()).isEqualTo(Phase.STREAM);
    }

    @Test
    void streamWithoutAnyEventIsTruncatedInThePhaseOfTheHead() {
        NeuralBoxException error = client.failure(call -> call.stream().finish());
        assertBroken(error, StreamBrokenException.Kind.TRUNCATED);
        assertThat(error.phase()).isEqualTo(Phase.HEAD);
    }

    @Test
    void halfAnEventAtTheEndOfTheBodyIsNotHandedOut() {
        NeuralBoxException error = client.failure(call -> call.stream()
                .start()
                .bytes("data: {\"type\": \"generation_end\", \"tokens_used\": 3}\n")
                .finish());
        assertBroken(error, StreamBrokenException.Kind.TRUNCATED);
    }

    @Test
    void failureThatMayHaveBeenChargedSaysWhereToLook() {
        NeuralBoxException error = client.failure(call -> call.stream()
                .event("{\"type\": \"generation_start\", \"id\": \"gen\\n7\"}")
                .fail(Kind.LOST));
        assertThat(error)
                .hasMessageEndingWith(
                        "; the generation may have been charged: look it up with NeuralBox.generation(\"gen\\n7\")"
                                + " before you send the request again");
    }

    @Test
    void failureBeforeTheGenerationHasANameSaysNotWhereToLook() {
        NeuralBoxException error = client.failure(call -> call.stream().fail(Kind.LOST));
        assertThat(error).hasMessageNotContaining("look it up");
    }

    @Test
    void pageForAMissingPathAsksForALookAtTheBaseUri() {
        assertThat(client.failure(call -> call.head(404, "Content-Type", "text/html")
                        .bytes("<p>Not Found</p>")
                        .finish()))
                .hasMessageEndingWith("; the request was POST /api/v2/generate; check the base URI");
        assertThat(client.failure(call -> call.json(404, "{\"error\": \"not_found\"}")))
                .hasMessageNotContaining("base URI");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"delta\": \"x\"}", "{\"type\": \"content_delta\"}", "nonsense"})
    void malformedEventBreaksTheStream(String data) {
        NeuralBoxException error = client.failure(call -> call.stream().start().event(data));
        assertBroken(error, StreamBrokenException.Kind.MALFORMED);
        assertThat(error.getMessage()).startsWith("an event is malformed: ");
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @Test
    void resetBreaksTheStreamAndKeepsWhatArrived() {
        NeuralBoxException error =
                client.failure(call -> call.stream().start().delta("Half").fail(Kind.LOST));
        assertBroken(error, StreamBrokenException.Kind.RESET);
        assertThat(error)
                .hasMessageStartingWith("the response broke off: scripted LOST;")
                .hasCauseInstanceOf(top.neuralbox.transport.TransportException.class);
        assertThat(error.partial().text()).isEqualTo("Half");
    }

    @Test
    void lineBeyondItsLimitBreaksTheStream() {
        client.limits = Limits.builder().lineBytes(64).build();
        assertBroken(client.failure(call -> call.stream().delta("x".repeat(100))), StreamBrokenException.Kind.LIMIT);
    }

    @Test
    void eventBeyondItsLimitBreaksTheStream() {
        client.limits = Limits.builder().eventBytes(64).build();
        assertBroken(
                client.failure(call -> call.stream().bytes("data: 12345678901234567890\n".repeat(5))),
                StreamBrokenException.Kind.LIMIT);
    }

    @Test
    void streamBeyondItsLimitBreaks() {
        client.limits = Limits.builder().streamBytes(200).build();
        NeuralBoxException error = client.failure(
                call -> call.stream().start().delta("x".repeat(50)).delta("x".repeat(50)));
        assertBroken(error, StreamBrokenException.Kind.LIMIT);
        assertThat(error).hasMessageStartingWith("the stream is longer than 200 bytes;");
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @Test
    void partialTextIsKeptToItsLimit() {
        client.limits = Limits.builder().keptText(3).build();
        RecordingSubscriber subscriber =
                client.subscribe(call -> call.stream().delta("abcde").delta("f").finish());
        NeuralBoxException error = (NeuralBoxException) subscriber.errors.get(0);
        assertThat(error.partial().text()).isEqualTo("abc");
        assertThat(error.partial().textTruncated()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "DNS, DNS",
        "REFUSED, REFUSED",
        "TLS, TLS",
        "PROXY, PROXY",
        "POOL_TIMEOUT, POOL",
        "LOST, LOST",
        "OTHER, OTHER",
    })
    void failureToConnectNamesItsReason(Kind kind, ConnectionException.Reason reason) {
        NeuralBoxException error = client.failure(call -> call.fail(kind));
        assertThat(error)
                .isInstanceOfSatisfying(
                        ConnectionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(error).hasMessage("scripted " + kind);
        assertThat(error.phase()).isEqualTo(Phase.NOT_SENT);
        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        assertThat(error.status()).isNull();
        assertThat(error.requestId()).isNull();
    }

    @Test
    void connectTimeoutNamesTheTimerAndItsValue() {
        NeuralBoxException error = client.failure(call -> call.fail(Kind.CONNECT_TIMEOUT));
        assertThat(error).isInstanceOfSatisfying(GenerationTimeoutException.class, e -> {
            assertThat(e.timer()).isEqualTo(GenerationTimeoutException.Timer.CONNECT);
            assertThat(e.limit()).isEqualTo(Duration.ofSeconds(10));
            assertThat(e).hasMessage("connecting took longer than 10000 ms");
        });
    }

    @Test
    void peerThatDoesNotSpeakHttpIsUnexpected() {
        assertUnexpected(client.failure(call -> call.sent().fail(Kind.PROTOCOL)), Reason.PROTOCOL);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'type':'error','message':'m','tokens_used':3} | 3",
                "{'type':'error','error':{'message':'m','tokens_spent':3}} | 3",
                "{'type':'error','message':'m','tokens_used':'three'} | ",
                "{'type':'error','message':'m','tokens_used':0,'tokens_spent':3} | 3",
                "{'type':'error','message':'m','tokens_used':0,'tokens_spent':'three'} | ",
                "{'type':'error','tokens_used':'three','error':{'message':'m','tokens_used':3}} | 3",
                "{'error':'m','tokens_used':3} | 3",
            },
            delimiter = '|',
            quoteCharacter = '"')
    void errorEventThatNamesACostIsUnknownInItsCharge(String event, BigDecimal cost) {
        NeuralBoxException error =
                client.failure(call -> call.stream().start().delta("Half").event(event.replace('\'', '"')));
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error).hasMessageContaining("the generation may have been charged");
        assertThat(error.partial().text()).isEqualTo("Half");
        assertThat(error.partial().billing()).isEqualTo(Billing.of(cost, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "null"})
    void errorEventThatCostNothingIsNotCharged(String cost) {
        NeuralBoxException error = client.failure(call -> call.stream()
                .start()
                .event("{\"type\": \"error\", \"message\": \"m\", \"tokens_used\": " + cost + "}"));
        assertThat(error.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        assertThat(error.partial().billing()).isNull();
    }

    @Test
    void transportThatWasClosedUnderTheClientEndsTheCallAsCancelledAndSaysSo() {
        NeuralBoxException error = client.failure(call -> call.stream().start().fail(Kind.CLOSED));
        assertThat(error)
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(GenerationCancelledException.Reason.TRANSPORT_CLOSED));
        assertThat(error).hasMessageStartingWith("the transport was closed while the client was still open");
        assertThat(client.failure(call -> call.fail(Kind.CLOSED)))
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(GenerationCancelledException.Reason.TRANSPORT_CLOSED));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'error':{'message':'overloaded','code':529}} | 529 | overloaded | (error, 529): overloaded",
                "{'error':'upstream gave up'} |  | upstream gave up | (error): upstream gave up",
                "{'error':'overloaded'} | overloaded | overloaded | (error): overloaded",
                "{'error':'slow_down','message':'come back','retry_after':7} | slow_down | come back"
                        + " | (error, slow_down): come back",
                "{'error':{'type':'overloaded_error','message':'m'}} | overloaded_error | m"
                        + " | (error, overloaded_error): m",
                "{'error':{'code':'provider_error'}} | provider_error |  | (error, provider_error)",
                "{'error':{}} |  |  | (error)",
                "{'error':''} |  | '' | (error)",
            },
            delimiter = '|',
            quoteCharacter = '"')
    void errorWithoutATypeIsUnknownInItsChargeWhateverItsCode(
            String event, String code, String message, String sentence) {
        String json = event.replace('\'', '"');
        String said = "''".equals(message) ? "" : message;
        NeuralBoxException error =
                client.failure(call -> call.stream().start().delta("Half").event(json));
        assertThat(error).isInstanceOfSatisfying(GenerationFailedException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.serviceMessage()).isEqualTo(said);
            assertThat(e.json()).isEqualTo(json);
        });
        assertThat(error)
                .hasMessageStartingWith("the stream has an error without a type " + sentence + ";")
                .hasMessageContaining("the generation may have been charged");
        assertThat(error.billingState()).isEqualTo(BillingState.UNKNOWN);
        assertThat(error.phase()).isEqualTo(Phase.STREAM);
        assertThat(error.partial().text()).isEqualTo("Half");
        assertThat(client.transport.call(0).cancels()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error': null}",
                "{'error': 529}",
                "{'error': true}",
                "{'error': ['x']}",
                "{'message': 'x'}",
                "{'type': null, 'error': 'x'}",
                "{'type': 5, 'error': {'message': 'x'}}",
                "{'error': 'x', 'error': null}",
            })
    void everyOtherObjectWithoutATypeIsMalformed(String event) {
        NeuralBoxException error = client.failure(call -> call.stream().start().event(event.replace('\'', '"')));
        assertBroken(error, StreamBrokenException.Kind.MALFORMED);
    }

    @Test
    void dataThatIsNoJsonIsQuoted() {
        NeuralBoxException error = client.failure(
                call -> call.stream().start().event("<html>\u001b[31m Bad Gateway nb_test " + "x".repeat(500)));
        assertBroken(error, StreamBrokenException.Kind.MALFORMED);
        assertThat(error)
                .hasMessageStartingWith("an event is malformed: not a JSON object. It begins: <html>\\u001B[31m Bad"
                        + " Gateway [redacted] xxx")
                .hasMessageContaining("x…;")
                .hasMessageNotContaining("nb_test");
        assertThat(error.getMessage().length()).isLessThan(500);
    }

    /** Redacted first: cut first, most of the key would stand at the end of the excerpt. */
    @Test
    void keyAtTheEndOfAnExcerptIsNotCutInTwo() {
        for (int before = 180; before < 205; before++) {
            String data = "x".repeat(before) + "nb_test and more";
            NeuralBoxException error = client.failure(call -> call.stream().event(data));
            assertThat(error).hasMessageNotContaining("nb_").hasMessageContaining("It begins: xxx");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type': 'content_delta', 'delta': 'SECRET'",
                "data: {'type': 'content_delta', 'delta': 'SECRET'}",
                "'type': 'content_delta', 'delta': 'SECRET'}",
                "type=content_delta delta=SECRET",
                "x 'content' : 'SECRET'",
                "x \\'content\\': \\'SECRET\\'",
                "['SECRET']",
                "'SECRET'",
                " {'delta': 'SECRET'} x",
            })
    void noExcerptHoldsAPieceOfTheAnswer(String data) {
        NeuralBoxException error = client.failure(call -> call.stream().start().event(data.replace('\'', '"')));
        assertBroken(error, StreamBrokenException.Kind.MALFORMED);
        assertThat(error).hasMessageNotContaining("SECRET");
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "<html>`<title>Sign in nb_test</title>`</html> | <html>\\n<title>Sign in [redacted]</title>\\n</html>",
                "upstream connect error | upstream connect error",
                "data source not found | data source not found",
                "{'error':{'message':'overloaded nb_test'},'content':'SECRET'} | an error: overloaded [redacted]",
                "{'error':'overloaded | ",
                "{'id':'g','content':'SECRET'} | ",
                "data: {'type':'content_delta','delta':'SECRET | ",
                ": comment` | ",
                "event: error` | ",
                "data` | ",
                " | ",
            },
            delimiter = '|',
            quoteCharacter = '"')
    void bodyWithoutAnyEventIsTruncatedAndQuoted(String body, String shown) {
        String text = body == null ? "" : body.replace('\'', '"').replace('`', '\n');
        for (int split = 0; split <= text.length(); split += 7) {
            int at = split;
            NeuralBoxException error = client.failure(call -> {
                call.stream();
                if (at > 0) {
                    call.bytes(text.substring(0, at));
                }
                if (at < text.length()) {
                    call.bytes(text.substring(at));
                }
                call.finish();
            });
            assertBroken(error, StreamBrokenException.Kind.TRUNCATED);
            assertThat(error)
                    .hasMessage("the body ended before generation_end: the stream is truncated"
                            + (shown == null ? "" : ", and has no event at all. It begins: " + shown));
        }
    }
}
