package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.ApiException;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.NotAStreamException;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.CreditBudget;

/** Rows 83 to 90: the facts that decide about the charge, and the failures after an answer that is not documented. */
@ParameterizedClass
@EnumSource
class ChargeRowsTest {

    private static final String TEXT = "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"Here\","
            + " \"tokens_used\": 7, \"error\": \"\"}";
    private static final String PICTURE =
            "{\"id\": 18473, \"status\": \"completed\", \"result_url\": \"https://cdn.invalid/1\","
                    + " \"tokens_spent\": 7, \"error\": \"a warning\"}";
    private static final String PENDING =
            "{\"id\": 18473, \"status\": \"pending\", \"tokens_spent\": 0, \"error\": \"\"}";
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

    @Parameter
    Carrier carrier;

    @Test
    void row83CompletedIsCompletedWhateverItsErrorSays() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(3)) {
            List<GenerationEvent> events = row.completes(Reply.json(200, TEXT));
            assertThat(text(events)).isEqualTo("Here");
            assertThat(((GenerationEvent.End) events.get(2)).json()).isEqualTo(TEXT);

            NotAStreamException picture = row.fails(NotAStreamException.class, Reply.json(200, PICTURE));
            assertThat(picture.url()).isEqualTo("https://cdn.invalid/1");
            assertThat(picture.json()).isEqualTo(PICTURE);
            assertFacts(picture, Phase.HEAD, BillingState.CHARGED, 1);

            GenerationAnswer answer =
                    row.answer(Reply.json(200, PICTURE)).client().submit(request());
            assertThat(answer).isInstanceOf(GenerationAnswer.Media.class);
            assertThat(answer.json()).contains("a warning");
        }
    }

    @Test
    void row83PolledAnswerThatIsCompletedIsCompleted() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            row.answer(Reply.json(200, PENDING), Reply.json(200, PICTURE));
            var pending = (GenerationAnswer.Pending) row.client().submit(request());
            var result = row.client().awaitAsync(pending);
            row.clock().advance(Duration.ofSeconds(1));

            assertThat(result.join().billing().creditsUsed()).isEqualTo("7");
        }
    }

    @Test
    void row83BudgetCountsWhatCompletedAnswersCost() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN)
                .estimate(request -> BigDecimal.ONE)
                .build();
        BillingLedger ledger = new BillingLedger();
        try (FaultRow row = FaultRow.on(
                        carrier,
                        carrier.server(),
                        config -> {},
                        settings -> settings.name("row83").budget(budget).listener(ledger))
                .withoutNextCall()
                .expectRequests(2)) {
            row.completes(Reply.json(200, TEXT));
            row.fails(NotAStreamException.class, Reply.json(200, PICTURE));
            // Each may cost what it wants, but 14 of 10 are gone now.
            catchThrowableOfType(
                    BudgetExceededException.class, () -> row.client().generate(request()));

            assertThat(ledger.credits()).isEqualTo("14");
            assertThat(budget.states("row83", null)
                            .toCompletableFuture()
                            .join()
                            .get(0)
                            .usage()
                            .total())
                    .isEqualTo("14");
        }
    }

    @Test
    void row84FailedWithABillIsUnknownAndKeepsIt() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            GenerationFailedException billed = row.fails(
                    GenerationFailedException.class,
                    Reply.json(
                            200,
                            "{\"id\": \"gen_1\", \"status\": \"failed\", \"error\": \"gave up\", \"tokens_used\": 7}"));
            assertThat(billed.partial().billing()).isEqualTo(Billing.of(new BigDecimal(7), null));
            assertThat(billed.serviceMessage()).isEqualTo("gave up");
            assertFacts(billed, Phase.HEAD, BillingState.UNKNOWN, 1);

            assertFacts(
                    row.fails(
                            GenerationFailedException.class,
                            Reply.json(200, "{\"id\": \"gen_1\", \"status\": \"failed\", \"tokens_used\": 0}")),
                    Phase.HEAD,
                    BillingState.NOT_CHARGED,
                    1);
        }
    }

    @Test
    void row84CompletedWithoutAResultIsUnexpected() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            UnexpectedResponseException billed = row.fails(
                    UnexpectedResponseException.class,
                    Reply.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"tokens_used\": 7}"));
            assertThat(billed.reason()).isEqualTo(Reason.CONTENT);
            assertThat(billed.partial().billing()).isEqualTo(Billing.of(new BigDecimal(7), null));
            assertFacts(billed, Phase.HEAD, BillingState.CHARGED, 1);

            assertFacts(
                    row.fails(
                            UnexpectedResponseException.class,
                            Reply.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\"}")),
                    Phase.HEAD,
                    BillingState.UNKNOWN,
                    1);
        }
    }

    @Test
    void row85ErrorWithStatus200CarriesWhatItSaid() {
        try (FaultRow row = FaultRow.on(carrier)) {
            GenerationFailedException error = row.fails(
                    GenerationFailedException.class,
                    Reply.json(
                            200,
                            "{\"error\": \"provider_error\", \"message\": \"no luck with " + FaultRow.KEY + "\"}"));

            assertThat(error.code()).isEqualTo("provider_error");
            assertThat(error.serviceMessage()).isEqualTo("no luck with [redacted]");
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row86ErrorWithoutATypeInTheStreamIsUnknown() {
        for (String event :
                new String[] {"{\"error\":{\"message\":\"overloaded\",\"code\":529}}", "{\"error\":\"overloaded\"}"}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                GenerationFailedException error =
                        row.fails(GenerationFailedException.class, Reply.events(START, DELTA, event, END, DONE));

                assertThat(error.serviceMessage()).isEqualTo("overloaded");
                assertThat(error.json()).isEqualTo(event);
                assertThat(error.partial().text()).isEqualTo("Here");
                assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row87DataThatIsNoJsonIsQuotedWithoutKeyOrAnswer() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            StreamBrokenException error = row.fails(
                    StreamBrokenException.class,
                    Reply.events(
                            START, DELTA, "upstream said no to " + FaultRow.KEY + " \u001b[31m" + "x".repeat(500)));
            assertThat(error.kind()).isEqualTo(StreamBrokenException.Kind.MALFORMED);
            assertThat(error).hasMessageContaining("It begins: upstream said no to [redacted] \\u001B[31mxxx");
            assertThat(error.getMessage().length()).isLessThan(500);
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);

            assertThat(row.fails(
                            StreamBrokenException.class,
                            Reply.events(START, "data: {\"type\": \"content_delta\", \"delta\": \"private\"}")))
                    .hasMessageContaining("It begins: data:")
                    .hasMessageNotContaining("private");
        }
    }

    @Test
    void row88PageUnderTheContentTypeOfAStreamIsQuoted() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            StreamBrokenException page = row.fails(
                    StreamBrokenException.class,
                    Reply.stream("<html>\n<title>Sign in</title>\n\n</html>").end());
            assertThat(page.kind()).isEqualTo(StreamBrokenException.Kind.TRUNCATED);
            assertThat(page).hasMessageContaining("It begins: <html>\\n<title>Sign in</title>");
            assertFacts(page, Phase.HEAD, BillingState.UNKNOWN, 1);

            assertThat(row.fails(
                            StreamBrokenException.class,
                            Reply.stream("{\"error\": {\"message\": \"overloaded\"}, \"content\": \"private\"}")
                                    .end()))
                    .hasMessageContaining("It begins: an error: overloaded")
                    .hasMessageNotContaining("private");
        }
    }

    @Test
    void row89WaitThatNoClockCanHoldFailsNow() {
        for (String number : new String[] {"1e400", "9".repeat(5_000), "NaN", "1" + "0".repeat(30)}) {
            for (Reply reply : new Reply[] {
                Reply.json(429, "{}", "Retry-After", number),
                Reply.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": \"" + number + "\"}"),
                Reply.json(
                        429, "{\"error\": \"rate_limit_exceeded\", \"details\": {\"retry_after\": \"" + number + "\"}}")
            }) {
                try (FaultRow row = FaultRow.on(carrier)) {
                    RateLimitException error = row.fails(RateLimitException.class, reply);

                    assertThat(error.retryAfter()).isEqualTo(Duration.ofDays(1));
                    assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 1);
                }
            }
        }
    }

    @Test
    void row89NoWaitIsShorterThanTheFloor() {
        for (String asked : new String[] {"0", "-5", "1e-400"}) {
            try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
                List<GenerationEvent> events = row.completes(
                        Reply.json(503, "{\"error\": \"model_unavailable\", \"retry_after\": " + asked + "}"),
                        Reply.whole());

                assertThat(text(events)).isEqualTo("Here");
                assertThat(row.ledger().waits()).containsExactly(SHORTEST_WAIT);
            }
        }
    }

    @Test
    void row90StatusThatNamesNoOtherPlaceIsNamedItself() {
        for (int status : new int[] {300, 304}) {
            try (FaultRow row = FaultRow.on(carrier)) {
                UnexpectedResponseException error = row.fails(
                        UnexpectedResponseException.class, Reply.head(status).end());

                assertThat(error.reason()).isEqualTo(Reason.REDIRECT);
                assertThat(error).hasMessageContaining("status " + status).hasMessageNotContaining("redirect");
                assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
            }
        }
    }

    @Test
    void row90MissingPathIsShown() {
        try (FaultRow row = FaultRow.on(carrier, carrier.server(), config -> {}, settings -> {})
                .withoutNextCall()) {
            try (var client = top.neuralbox.NeuralBox.builder()
                    .apiKey(FaultRow.KEY)
                    .baseUri(row.server().uri().resolve("/v1"))
                    .transport(row.transport())
                    .build()) {
                row.answer(Reply.html(404, "<html>Not Found</html>"));

                assertThat(catchThrowableOfType(ApiException.class, () -> client.generate(request())))
                        .hasMessageContaining("POST /v1/api/v2/generate");
            }
        }
    }

    @Test
    void row90TransportThatIsClosedUnderAClientIsNamed() {
        try (FaultRow row = FaultRow.alone(carrier).withoutNextCall().expectRequests(1)) {
            var events = row.start(Reply.stream(Reply.sse(START, DELTA)).hold());
            events.awaitItems(2);

            row.transport().close();

            GenerationCancelledException error = FaultRow.failure(GenerationCancelledException.class, events);
            assertThat(error.reason()).isEqualTo(GenerationCancelledException.Reason.TRANSPORT_CLOSED);
            assertThat(error).hasMessageContaining("the transport was closed");
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            assertThat(FaultRow.failure(GenerationCancelledException.class, row.start())
                            .reason())
                    .isEqualTo(GenerationCancelledException.Reason.TRANSPORT_CLOSED);
        }
    }
}
