package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.text;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.ApiException;
import top.neuralbox.AuthenticationException;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationEvent;
import top.neuralbox.InsufficientCreditsException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.NotAStreamException;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.ValidationException;

/** Rows 11 to 33: the service, or a gateway before it, answers with something other than a stream. */
@ParameterizedClass
@EnumSource
class AnswerRowsTest {

    private static final Duration ERROR_BODY_PATIENCE = Duration.ofSeconds(5);
    private static final int ERROR_BODY_LIMIT = 64 * 1024;
    private static final String OTHER_KEY = "nb_" + "other".repeat(9);

    @Parameter
    Carrier carrier;

    @Test
    void row11RedirectIsNotFollowed() {
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                UnexpectedResponseException error = row.fails(
                        UnexpectedResponseException.class,
                        Reply.html(status, "gone", "Location", "https://elsewhere.invalid/path?token=secret"));

                assertThat(error.reason()).isEqualTo(Reason.REDIRECT);
                assertThat(error).hasMessageContaining("https://elsewhere.invalid;");
                assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row12BadRequest() {
        ValidationException error = refused(400, "bad_request", ValidationException.class, BillingState.NOT_CHARGED);

        assertThat(error.serviceMessage()).isEqualTo("said so");
        assertThat(error.detailsJson()).isEqualTo("{}");
    }

    @Test
    void row13NotAuthenticatedAndTheKeyEchoed() {
        try (FaultRow row = FaultRow.on(carrier)) {
            AuthenticationException error = row.fails(
                    AuthenticationException.class,
                    Reply.json(
                            401,
                            "{\"error\": \"not_authenticated\", \"message\": \"no such key: " + FaultRow.KEY + "\"}"));

            assertThat(error.code()).isEqualTo("not_authenticated");
            assertThat(error.serviceMessage()).doesNotContain(FaultRow.KEY);
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row14ExpiredKeyIsReplacedOnceIfThereIsAnother() {
        // The first request has the old key, all that follow have the new one: the row ends with several more calls.
        Iterator<String> keys = Stream.iterate(FaultRow.KEY, old -> OTHER_KEY).iterator();
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.apiKeySupplier(keys::next))
                .expectRequests(2)) {
            assertThat(text(row.completes(Reply.refusal(401, "token_expired"), Reply.whole())))
                    .isEqualTo("Here");
        }
    }

    @Test
    void row14ExpiredKeyWithoutAnotherIsNotSentAgain() {
        AuthenticationException error =
                refused(401, "token_expired", AuthenticationException.class, BillingState.NOT_CHARGED);

        assertThat(error.code()).isEqualTo("token_expired");
    }

    @Test
    void row15InsufficientTokens() {
        refused(402, "insufficient_tokens", InsufficientCreditsException.class, BillingState.NOT_CHARGED);
    }

    @Test
    void row16InsufficientPlan() {
        ApiException error = refused(403, "insufficient_plan", ApiException.class, BillingState.NOT_CHARGED);

        assertThat(error.code()).isEqualTo("insufficient_plan");
    }

    @Test
    void row16FirewallPage() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ApiException error =
                    row.fails(ApiException.class, Reply.html(403, "<html><title>Request blocked</title></html>"));

            assertThat(error.code()).isNull();
            assertThat(error).hasMessageContaining("Request blocked");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row17NotFound() {
        ApiException error = refused(404, "not_found", ApiException.class, BillingState.NOT_CHARGED);

        assertThat(error).hasMessageNotContaining("base URI");
    }

    @Test
    void row17PageAsksForALookAtTheBaseUri() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ApiException error = row.fails(ApiException.class, Reply.html(404, "<html>Not Found</html>"));

            assertThat(error.code()).isNull();
            assertThat(error).hasMessageContaining("check the base URI");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row18ValidationErrorNamesTheFields() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ValidationException error = row.fails(
                    ValidationException.class,
                    Reply.json(422, "{\"error\": \"validation_error\", \"details\": {\"temperature\": \"too high\"}}"));

            assertThat(error.code()).isEqualTo("validation_error");
            assertThat(error.detailsJson()).isEqualTo("{\"temperature\": \"too high\"}");
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row18ContentTooLarge() {
        refused(413, "bad_request", ValidationException.class, BillingState.NOT_CHARGED);
    }

    @Test
    void row19RateLimitWithAShortWaitIsSatOut() {
        assertResentAfter(
                Reply.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 7}"), Duration.ofSeconds(7));
    }

    @Test
    void row20RetryAfterInSeconds() {
        assertResentAfter(Reply.json(429, "{}", "Retry-After", "3"), Duration.ofSeconds(3));
    }

    @Test
    void row20RetryAfterAsADate() {
        assertResentAfter(
                Reply.json(
                        429,
                        "{}",
                        "Date",
                        "Sun, 08 Mar 2026 10:00:00 GMT",
                        "Retry-After",
                        "Sun, 08 Mar 2026 10:00:04 GMT"),
                Duration.ofSeconds(4));
    }

    @Test
    void row20RetryAfterThatIsPastOrGarbageIsWaitedForAtLeastTheFloor() {
        for (String field : new String[] {"0", "Sun, 08 Mar 2020 10:00:00 GMT", "soon", "-1", ""}) {
            try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
                row.completes(Reply.json(429, "{}", "Retry-After", field), Reply.whole());

                assertThat(row.ledger().waits()).as(field).containsExactly(Duration.ofMillis(100));
            }
        }
    }

    @Test
    void row20HugeRetryAfterFailsNow() {
        try (FaultRow row = FaultRow.on(carrier)) {
            RateLimitException error = row.fails(
                    RateLimitException.class, Reply.json(429, "{}", "Retry-After", "99999999999999999999999999"));

            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row21DailyLimitFailsNowAndSaysWhen() {
        try (FaultRow row = FaultRow.on(carrier)) {
            RateLimitException error = row.fails(
                    RateLimitException.class,
                    Reply.json(
                            429,
                            "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 36000, \"limit_day\": 1000}",
                            "X-RateLimit-Remaining-Day",
                            "0"));

            assertThat(error.retryAfter()).isEqualTo(Duration.ofHours(10));
            assertThat(error.rateLimits().dailyRemaining()).isZero();
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row22ProviderErrorIsSentAgain() {
        assertResent(Reply.refusal(500, "provider_error"));
    }

    @Test
    void row22ProviderErrorIsSentThreeTimesAtTheMost() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(3)) {
            Reply refusal = Reply.refusal(500, "provider_error");

            ApiException error = row.fails(ApiException.class, refusal, refusal, refusal);

            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 3);
        }
    }

    @Test
    void row23OtherServerErrorsAreNotSentAgain() {
        refused(500, "internal_error", ApiException.class, BillingState.UNKNOWN);
        for (int status : new int[] {500, 502, 504}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                ApiException error = row.fails(ApiException.class, Reply.html(status, "<html>upstream</html>"));

                assertThat(error.status()).isEqualTo(status);
                assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row24ModelUnavailableIsSentAgain() {
        assertResentAfter(
                Reply.json(503, "{\"error\": \"model_unavailable\"}", "Retry-After", "2"), Duration.ofSeconds(2));
    }

    @Test
    void row25UnavailablePageOfAGatewayIsNotSentAgain() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ApiException error =
                    row.fails(ApiException.class, Reply.html(503, "<html>maintenance</html>", "Retry-After", "1"));

            assertThat(error.code()).isNull();
            assertThat(error.retryAfter()).isEqualTo(Duration.ofSeconds(1));
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row26UnknownStatusAndCodeAreKept() {
        for (int status : new int[] {418, 451, 507, 599}) {
            ApiException error = refused(status, "never_heard_of", ApiException.class, BillingState.UNKNOWN);

            assertThat(error.code()).isEqualTo("never_heard_of");
        }
    }

    @Test
    void row27ErrorBodyThatIsEmptyOrMalformedLeavesTheStatus() {
        for (String body : new String[] {"", "{\"error\": ", "[1, 2]", "\u0000\u001b[31m", "null"}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                ValidationException error = row.fails(ValidationException.class, Reply.json(400, body));

                assertThat(error.getMessage()).doesNotContainPattern("\\p{Cntrl}");
                assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
            }
        }
    }

    @Test
    void row28EndlessErrorBodyIsReadToItsLimit() {
        try (FaultRow row = FaultRow.on(carrier)) {
            ApiException error = row.fails(
                    ApiException.class,
                    Reply.head(502, "Content-Type", "text/html").forever("<p>and more</p>".repeat(100)));

            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            // What the sockets of both sides hold comes on top of what is read.
            assertThat(row.server().bytesWritten()).isLessThan(ERROR_BODY_LIMIT + 16 * 1024 * 1024);
        }
    }

    @Test
    void row28ErrorBodyThatStallsIsGivenUpAfterFiveSeconds() {
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(
                    Reply.head(400, "Content-Type", "text/html").data("<html>").hold());
            row.clock().awaitTimer(ERROR_BODY_PATIENCE);

            row.clock().advance(ERROR_BODY_PATIENCE);

            assertFacts(FaultRow.failure(ValidationException.class, events), Phase.HEAD, BillingState.NOT_CHARGED, 1);
        }
    }

    @Test
    void row29TextAnswerInJsonBecomesEvents() {
        try (FaultRow row = FaultRow.on(carrier)) {
            List<GenerationEvent> events = row.completes(Reply.json(
                    200,
                    "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5\", \"content\": \"Here\","
                            + " \"tokens_used\": 3, \"balance_remaining\": 297}"));

            assertThat(text(events)).isEqualTo("Here");
            assertThat(events).hasSize(3).last().isInstanceOf(GenerationEvent.End.class);
        }
    }

    @Test
    void row29MediaAnswerIsNotLost() {
        try (FaultRow row = FaultRow.on(carrier)) {
            NotAStreamException error = row.fails(
                    NotAStreamException.class,
                    Reply.json(
                            200,
                            "{\"id\": 18473, \"status\": \"completed\", \"result_url\": \"https://cdn.invalid/1\","
                                    + " \"tokens_spent\": 3}"));

            assertThat(error.url()).isEqualTo("https://cdn.invalid/1");
            assertThat(error.id()).isEqualTo("18473");
            assertFacts(error, Phase.HEAD, BillingState.CHARGED, 1);
        }
    }

    @Test
    void row29PendingAnswerTellsItsId() {
        try (FaultRow row = FaultRow.on(carrier)) {
            NotAStreamException error = row.fails(
                    NotAStreamException.class, Reply.json(200, "{\"id\": \"gen_1\", \"status\": \"pending\"}"));

            assertThat(error.id()).isEqualTo("gen_1");
            assertThat(error.generationStatus()).isEqualTo("pending");
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row29AnswerThatNeverEndsIsGivenUpAtItsLimit() {
        try (FaultRow row = FaultRow.on(carrier)) {
            UnexpectedResponseException error = row.fails(
                    UnexpectedResponseException.class,
                    Reply.head(200, "Content-Type", "application/json")
                            .data("{\"content\": \"")
                            .forever("a".repeat(10_000)));

            assertThat(error.reason()).isEqualTo(Reason.CONTENT);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row30LoginPage() {
        try (FaultRow row = FaultRow.on(carrier)) {
            UnexpectedResponseException error =
                    row.fails(UnexpectedResponseException.class, Reply.html(200, "<html>Sign in</html>"));

            assertThat(error.reason()).isEqualTo(Reason.CONTENT_TYPE);
            assertThat(error).hasMessageContaining("Sign in");
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row31StreamWithoutContentTypeOrWithParametersIsRead() {
        String whole = Reply.sse(Reply.START, Reply.DELTA, Reply.END, Reply.DONE);
        for (Reply reply : new Reply[] {
            Reply.head(200).data(whole).end(),
            Reply.head(200, "Content-Type", "text/event-stream;charset=utf-8")
                    .data(whole)
                    .end(),
            Reply.head(200, "Content-Type", "Text/Event-Stream ; charset=UTF-8")
                    .data(whole)
                    .end()
        }) {
            try (FaultRow row = FaultRow.on(carrier)) {
                assertThat(text(row.completes(reply))).isEqualTo("Here");
            }
        }
    }

    @Test
    void row31PageWithoutContentTypeIsNoGeneration() {
        try (FaultRow row = FaultRow.on(carrier)) {
            StreamBrokenException error = row.fails(
                    StreamBrokenException.class,
                    Reply.head(200)
                            .data("<html>\n<title>Sign in</title>\n\n</html>")
                            .end());

            assertThat(error.kind()).isEqualTo(StreamBrokenException.Kind.TRUNCATED);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row32NoContent() {
        for (Reply reply : new Reply[] {
            Reply.head(204).end(), Reply.head(200, "Content-Length", "0").end()
        }) {
            try (FaultRow row = FaultRow.on(carrier)) {
                UnexpectedResponseException error = row.fails(UnexpectedResponseException.class, reply);

                assertThat(error.reason()).isEqualTo(Reason.EMPTY);
                assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row32StreamWithoutAnyEventIsTruncated() {
        try (FaultRow row = FaultRow.on(carrier)) {
            StreamBrokenException error =
                    row.fails(StreamBrokenException.class, Reply.stream("").end());

            assertThat(error.kind()).isEqualTo(StreamBrokenException.Kind.TRUNCATED);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row33CompressedContentIsRefused() {
        try (FaultRow row = FaultRow.on(carrier)) {
            UnexpectedResponseException error = row.fails(
                    UnexpectedResponseException.class,
                    Reply.head(200, "Content-Type", "text/event-stream", "Content-Encoding", "gzip")
                            .data(new byte[] {0x1f, (byte) 0x8b, 8, 0})
                            .end());

            assertThat(error.reason()).isEqualTo(Reason.CONTENT_ENCODING);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    private <T extends ApiException> T refused(int status, String code, Class<T> type, BillingState bill) {
        try (FaultRow row = FaultRow.on(carrier)) {
            T error = row.fails(type, Reply.refusal(status, code));

            assertThat(error.status()).isEqualTo(status);
            assertFacts(error, Phase.HEAD, bill, 1);
            return error;
        }
    }

    private void assertResent(Reply refusal) {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            assertThat(text(row.completes(refusal, Reply.whole()))).isEqualTo("Here");
        }
    }

    private void assertResentAfter(Reply refusal, Duration wait) {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            var events = row.start(refusal, Reply.whole());
            row.clock().awaitTimer(wait);
            assertThat(row.server().requestCount()).isEqualTo(1);

            row.clock().advance(wait);

            assertThat(text(events.awaitCompletion())).isEqualTo("Here");
            assertThat(row.ledger().waits()).containsExactly(wait);
        }
    }
}
