package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.concurrent.ManualDelayer;

/** Answers that do not stream: asked for, waited for, failed and given up. */
class SubmitTest {

    private static final GenerationRequest IMAGE = GenerationRequest.builder()
            .model("dall-e-3")
            .prompt("A robot that paints")
            .modelParam("size", "1024x1024")
            .build();

    private static final String PENDING = "{\"id\": 18473, \"status\": \"pending\", \"model_slug\": \"dall-e-3\"}";
    private static final String MEDIA = "{\"id\": 18473, \"status\": \"completed\", \"model_slug\": \"dall-e-3\","
            + " \"result_url\": \"https://cdn/1.png\", \"thumbnail_url\": \"https://cdn/1s.png\","
            + " \"result_metadata\": {\"width\": 1024}, \"tokens_spent\": 8}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener notes = new RecordingListener();
    private final NeuralBox client = transport.client(clock).listener(notes).build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void submitAsksForJsonAndNoStream() {
        transport.next(call -> call.json(200, MEDIA));
        var unused = client.submit(IMAGE);

        assertThat(transport.call(0).request.headers().get("Accept")).containsExactly("application/json");
        assertThat(new String(transport.call(0).request.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"model\":\"dall-e-3\",\"prompt\":\"A robot that paints\","
                        + "\"params\":{\"size\":\"1024x1024\"},\"stream\":false}");
    }

    @Test
    void textAnswerHasItsTextAndItsBill() {
        transport.next(call -> call.json(
                200,
                "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5\", \"content\": \"Hi\","
                        + " \"tokens_used\": 3, \"balance_remaining\": 297}",
                "X-RateLimit-Remaining-Hour",
                "41"));
        GenerationAnswer answer = client.submit(GenerationRequest.of("gpt-5", "hello"));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        GenerationAnswer.Text.class,
                        text -> assertThat(text.text()).isEqualTo("Hi"));
        assertThat(answer.billing()).isEqualTo(Billing.of(new BigDecimal(3), new BigDecimal(297)));
        assertThat(answer.rateLimits().hourlyRemaining()).isEqualTo(41);
    }

    @Test
    void mediaAnswerHasItsUrlsAndItsMetadata() {
        transport.next(call -> call.json(200, MEDIA));

        assertThat(client.submit(IMAGE)).isInstanceOfSatisfying(GenerationAnswer.Media.class, media -> {
            assertThat(media.id()).isEqualTo("18473");
            assertThat(media.url()).isEqualTo("https://cdn/1.png");
            assertThat(media.thumbnailUrl()).isEqualTo("https://cdn/1s.png");
            assertThat(media.metadataJson()).isEqualTo("{\"width\": 1024}");
        });
    }

    @Test
    void listenerHearsWhatASubmittedAnswerCost() {
        transport.next(call -> call.json(200, MEDIA));
        var unused = client.submit(IMAGE);

        assertThat(notes.outcome().billingState()).isEqualTo(BillingState.CHARGED);
        assertThat(notes.outcome().billing()).isEqualTo(Billing.of(new BigDecimal(8), null));
    }

    @Test
    void listenerHearsThatTheBillOfAPendingAnswerIsUnknown() {
        transport.next(call -> call.json(200, PENDING));
        var unused = client.submit(IMAGE);

        assertThat(notes.outcome().billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void failedGenerationSaysThatItCostNothing() {
        transport.next(call -> call.json(200, "{\"id\": 1, \"status\": \"failed\", \"error\": \"unsafe prompt\"}"));

        assertThatThrownBy(() -> client.submit(IMAGE)).isInstanceOfSatisfying(GenerationFailedException.class, e -> {
            assertThat(e.serviceMessage()).isEqualTo("unsafe prompt");
            assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        });
    }

    @Test
    void eventStreamThatWasNotAskedForIsRefused() {
        transport.next(call -> call.story());

        assertThatThrownBy(() -> client.submit(IMAGE))
                .isInstanceOf(UnexpectedResponseException.class)
                .hasMessageContaining("not application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"id\": \"\"", ", \"id\": \".\"", ", \"id\": \"..\""})
    void pendingAnswerWithoutAnIdToAskByIsRefused(String id) {
        transport.next(call -> call.json(200, "{\"status\": \"pending\"" + id + "}"));

        assertThatThrownBy(() -> client.submit(IMAGE))
                .isInstanceOf(UnexpectedResponseException.class)
                .hasMessageContaining("has no usable id");
    }

    @Test
    void failedAnswerWhoseErrorNamesACostIsUnknownInItsCharge() {
        transport.next(call -> call.json(
                200,
                "{\"id\": \"gen_1\", \"status\": \"failed\", \"error\": {\"code\": \"E7\", \"tokens_spent\": 3}}"));

        assertThatThrownBy(() -> client.submit(IMAGE))
                .isInstanceOfSatisfying(GenerationFailedException.class, failure -> {
                    assertThat(failure.billingState()).isEqualTo(BillingState.UNKNOWN);
                    assertThat(failure.partial().billing()).isEqualTo(Billing.of(new BigDecimal(3), null));
                });
    }

    @Test
    void streamOfAMediaModelCarriesThePendingAnswerThatCanBeAwaited() {
        transport.next(call -> call.json(200, PENDING));
        NotAStreamException error = catchThrowableOfType(NotAStreamException.class, () -> client.generate(IMAGE));

        assertThat(error.answer()).isInstanceOf(GenerationAnswer.Pending.class);
        var result = client.awaitAsync((GenerationAnswer.Pending) error.answer());
        transport.next(call -> call.json(200, MEDIA));
        clock.advance(Duration.ofSeconds(1));
        assertThat(result).isCompletedWithValueMatching(GenerationAnswer.Media.class::isInstance);
    }

    @Test
    void cancelledSubmitCancelsTheTransportCall() {
        var answer = client.submitAsync(IMAGE);
        answer.cancel(false);

        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void awaitAsksByTheIdAndTellsTheProgress() {
        List<BigDecimal> progress = new ArrayList<>();
        Polling polling = Polling.builder()
                .onProgress(pending -> progress.add(pending.progress()))
                .build();
        var result = client.awaitAsync(pending(), polling);
        transport.next(call -> call.json(200, "{\"id\": 18473, \"status\": \"pending\", \"progress\": 40}"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(transport.call(1).request.method()).isEqualTo("GET");
        assertThat(transport.call(1).request.uri()).hasPath("/api/v2/generate/status/18473");
        assertThat(progress).containsExactly(new BigDecimal(40));
        assertThat(result).isNotDone();
    }

    @Test
    void waitsGrowByHalfUntilTheLongest() {
        transport.always(call -> call.json(200, PENDING));
        GenerationAnswer.Pending pending = pending();
        Polling polling = Polling.builder().longestWait(Duration.ofSeconds(2)).build();
        var unused = client.awaitAsync(pending, polling);

        assertThat(questionsAt(1000, 1500, 2000, 2000)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void noWaitIsLongerThanTheTimeThatTheServiceTells() {
        transport.always(call -> call.json(200, "{\"id\": 1, \"status\": \"pending\", \"eta_seconds\": 1}"));
        GenerationAnswer.Pending pending = pending();
        var unused = client.awaitAsync(pending);

        assertThat(questionsAt(1000, 1000, 1000)).containsExactly(1, 2, 3);
    }

    @Test
    void serviceThatDoesNotKnowTheStatusPathIsAskedAtTheOther() {
        var result = client.awaitAsync(pending());
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}"));
        transport.next(call -> call.json(200, MEDIA));
        clock.advance(Duration.ofSeconds(1));

        assertThat(transport.call(2).request.uri()).hasPath("/api/v2/generate/18473");
        assertThat(result).isCompleted();
    }

    @Test
    void generationThatTheServiceDoesNotKnowEndsTheWait() {
        var result = client.awaitAsync(pending());
        transport.always(call -> call.json(404, "{\"error\": \"not_found\"}"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(result).failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(ApiException.class);
    }

    @Test
    void questionThatIsNotAnsweredIsAskedAgain() {
        var result = client.awaitAsync(pending());
        transport.next(call -> call.json(502, "{}"));
        transport.next(call -> call.json(200, MEDIA));
        clock.advance(Duration.ofSeconds(3));

        assertThat(result).isCompleted();
    }

    @Test
    void questionThatIsRefusedWaitsAsLongAsTheServiceAsks() {
        var result = client.awaitAsync(
                pending(), Polling.builder().total(Duration.ofHours(2)).build());
        transport.next(call -> call.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 3600}"));
        clock.advance(Duration.ofSeconds(1));
        assertThat(transport.calls).hasSize(2);
        transport.next(call -> call.json(200, MEDIA));

        assertThat(questionsAt(3_600_000)).containsExactly(2);
        assertThat(result).isCompleted();
    }

    @Test
    void failureWhilePendingSaysThatItCostNothing() {
        var result = client.awaitAsync(pending());
        transport.next(call -> call.json(200, "{\"id\": 18473, \"status\": \"failed\", \"error\": \"no capacity\"}"));
        clock.advance(Duration.ofSeconds(1));

        assertThatThrownBy(result::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        GenerationFailedException.class,
                        e -> assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED));
    }

    @Test
    void awaitIsBoundedAndKeepsTheIdForLater() {
        transport.always(call -> call.json(200, PENDING));
        Polling polling = Polling.builder().total(Duration.ofSeconds(30)).build();
        var result = client.awaitAsync(pending(), polling);
        clock.advance(Duration.ofSeconds(30));

        assertThatThrownBy(result::join).cause().isInstanceOfSatisfying(GenerationTimeoutException.class, e -> {
            assertThat(e.partial().id()).isEqualTo("18473");
            assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
        });
        assertThat(clock.pending()).isZero();
    }

    @Test
    void cancelledAwaitAsksNoMoreAndFreesItsQuestion() {
        var result = client.awaitAsync(pending());
        clock.advance(Duration.ofSeconds(1));
        result.cancel(false);
        clock.advance(Duration.ofMinutes(1));

        assertThat(transport.calls).hasSize(2);
        assertThat(transport.call(1).cancels()).isEqualTo(1);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void closingTheClientEndsAnAwait() {
        var result = client.awaitAsync(pending());
        client.close();

        assertThatThrownBy(result::join)
                .cause()
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED));
    }

    private GenerationAnswer.Pending pending() {
        transport.next(call -> call.json(200, PENDING));
        return (GenerationAnswer.Pending) client.submit(IMAGE);
    }

    /** How many questions were asked after each of these waits, in milliseconds; none may come a moment before. */
    private List<Integer> questionsAt(long... waits) {
        List<Integer> asked = new ArrayList<>();
        for (long wait : waits) {
            int before = transport.calls.size();
            clock.advance(Duration.ofMillis(wait - 1));
            assertThat(transport.calls).hasSize(before);
            clock.advance(Duration.ofMillis(1));
            asked.add(transport.calls.size() - 1);
        }
        return asked;
    }
}
