package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.Admission;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StubTransport;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.TransportException;

/** How a relay's reader learns of a failure, and what it never learns. */
class StreamRelayFailureTest {

    private static final String DONE = "data: [DONE]\n\n";
    private static final String KEY = "nb_" + "secret".repeat(7);

    private final StubTransport transport = new StubTransport();

    @Test
    void aRateLimitIsPassedOnWithTheTimeToWait() {
        transport.next(call -> call.head(429, "Content-Type", "application/json", "Retry-After", "90")
                .bytes("{\"error\": \"rate_limit_exceeded\", \"message\": \"100 an hour\"}")
                .finish());
        StreamRelay relay = relay();

        StreamRelay.Head head = relay.head().join();
        assertThat(head.status()).isEqualTo(429);
        assertThat(head.headers())
                .containsEntry("Retry-After", "90")
                .containsEntry("Content-Type", "application/json")
                .containsEntry("Cache-Control", "no-store");
        BodyReader reader = BodyReader.of(relay).all();
        assertThat(reader.writes)
                .containsExactly("{\"error\": \"rate_limit_exceeded\","
                        + " \"message\": \"Too many requests at the moment. Please wait a little and try again.\","
                        + " \"retry_after\": 90}");
        assertThat(reader.completed).isTrue();
    }

    @ParameterizedTest(name = "{0} {1} becomes {2} {3}")
    @MethodSource
    void aRefusalBecomesAStatusOfAGateway(int status, String code, int relayed, String relayedCode) {
        transport.next(call -> call.head(status, "Content-Type", "application/json")
                .bytes("{\"error\": \"" + code + "\", \"message\": \"host db7 says " + KEY + "\"}")
                .finish());
        StreamRelay relay = relay();

        assertThat(relay.head().join().status()).isEqualTo(relayed);
        assertThat(BodyReader.of(relay).all().writes)
                .singleElement()
                .asString()
                .contains("\"error\": \"" + relayedCode + "\"")
                .doesNotContain("db7")
                .doesNotContain("nb_");
    }

    static Stream<Arguments> aRefusalBecomesAStatusOfAGateway() {
        return Stream.of(
                arguments(400, "bad_request", 502, "validation_error"),
                arguments(401, "not_authenticated", 503, "unavailable"),
                arguments(402, "insufficient_tokens", 503, "unavailable"),
                arguments(403, "insufficient_plan", 502, "provider_error"),
                arguments(404, "not_found", 502, "provider_error"),
                arguments(422, "validation_error", 502, "validation_error"),
                arguments(502, "anything", 502, "provider_error"),
                arguments(503, "model_unavailable", 503, "model_unavailable"));
    }

    /** A page takes these codes as a promise that nothing was charged. */
    @ParameterizedTest(name = "{0} {1} becomes {2} with another code")
    @CsvSource({
        "402, insufficient_tokens, 503",
        "422, validation_error, 502",
        "429, rate_limit_exceeded, 429",
    })
    void aRefusalThatNamesACostKeepsItsStatusAndIsNotSaidToBeFree(int status, String code, int relayed) {
        transport.next(call -> call.json(status, "{\"error\": \"" + code + "\", \"tokens_used\": 3}"));
        StreamRelay relay = relay();

        assertThat(relay.head().join().status()).isEqualTo(relayed);
        assertThat(BodyReader.of(relay).all().writes)
                .singleElement()
                .asString()
                .contains("\"error\": ")
                .doesNotContain("overloaded", "rate_limit_exceeded", "unavailable", "validation_error");
    }

    @Test
    void aRateLimitThatNamesACostKeepsItsWait() {
        transport.next(call ->
                call.json(429, "{\"error\": \"rate_limit_exceeded\", \"tokens_used\": 3}", "Retry-After", "90"));
        StreamRelay relay = relay();

        assertThat(relay.head().join().headers()).containsEntry("Retry-After", "90");
        assertThat(BodyReader.of(relay).all().writes)
                .containsExactly("{\"error\": \"provider_error\","
                        + " \"message\": \"Too many requests at the moment. Please wait a little and try again.\","
                        + " \"retry_after\": 90}");
    }

    @Test
    void aServiceThatCannotBeReachedIsABadGateway() {
        transport.next(call -> call.sent().fail(TransportException.Kind.LOST));
        StreamRelay relay = relay();

        assertThat(relay.head().join().status()).isEqualTo(502);
        assertThat(BodyReader.of(relay).all().writes).singleElement().asString().contains("unreachable");
    }

    @Test
    void aServiceThatIsTooSlowIsAGatewayTimeout() {
        ManualDelayer time = new ManualDelayer();
        transport.next(StubTransport.StubCall::sent);
        StreamRelay relay = StreamRelay.builder(client(time).publish(GenerationRequest.of("gpt-5", "hello")))
                .callbacks(Runnable::run)
                .build();
        relay.head();
        time.advance(Duration.ofSeconds(120));

        assertThat(relay.head().join().status()).isEqualTo(504);
    }

    @Test
    void aBudgetThatCountsAnewSoonIsARateLimitWithoutItsFigures() {
        StreamRelay relay = failing(new BudgetExceededException(
                "PT1H of tenant acme", new BigDecimal(1234), new BigDecimal(40), Duration.ofSeconds(90)));

        assertThat(relay.head().join().status()).isEqualTo(429);
        assertThat(relay.head().join().headers()).containsEntry("Retry-After", "90");
        assertThat(BodyReader.of(relay).all().writes)
                .containsExactly("{\"error\": \"rate_limit_exceeded\","
                        + " \"message\": \"Too many requests at the moment. Please wait a little and try again.\","
                        + " \"retry_after\": 90}");
    }

    /** A budget of the application may name any time. */
    @Test
    void aBudgetThatCountsAnewInTheFarthestFutureIsARateLimitWithAWait() {
        StreamRelay relay = failing(new BudgetExceededException(
                "client default", new BigDecimal(1234), new BigDecimal(40), ChronoUnit.FOREVER.getDuration()));

        assertThat(relay.head())
                .isCompletedWithValueMatching(head -> head.status() == 429
                        && String.valueOf(Long.MAX_VALUE).equals(head.headers().get("Retry-After")));
    }

    @Test
    void anAdmissionThatWaitsForEverIsAnOverloadWithAWait() {
        NeuralBox client = transport
                .client(new ManualDelayer())
                .admission(Admission.builder(1)
                        .maxQueued(0)
                        .maxWait(ChronoUnit.FOREVER.getDuration())
                        .build())
                .build();
        var unused = client.generateAsync(GenerationRequest.of("gpt-5", "first"));
        StreamRelay relay = StreamRelay.builder(client.publish(GenerationRequest.of("gpt-5", "second")))
                .callbacks(Runnable::run)
                .build();

        assertThat(relay.head())
                .isCompletedWithValueMatching(head -> head.status() == 503
                        && String.valueOf(Long.MAX_VALUE).equals(head.headers().get("Retry-After")));
    }

    @ParameterizedTest
    @MethodSource
    void aBudgetThatRefusesOtherwiseIsUnavailableInWordsForStrangers(NeuralBoxException refusal) {
        StreamRelay relay = failing(refusal);

        assertThat(relay.head().join().status()).isEqualTo(503);
        assertThat(BodyReader.of(relay).all().writes)
                .containsExactly("{\"error\": \"unavailable\","
                        + " \"message\": \"The text service is not available at the moment.\"}");
    }

    static Stream<NeuralBoxException> aBudgetThatRefusesOtherwiseIsUnavailableInWordsForStrangers() {
        return Stream.of(
                new BudgetExceededException("client default", new BigDecimal(1234), new BigDecimal(40), null),
                new BudgetUnavailableException("redis at db7 is lost", null));
    }

    @Test
    void aFailureOfThisServerIsAnInternalError() {
        StubEvents events = new StubEvents();
        StreamRelay relay = StreamRelay.builder(events).callbacks(Runnable::run).build();
        relay.head();
        events.fail(new IllegalStateException("bug in db7"));

        assertThat(relay.head().join().status()).isEqualTo(500);
        assertThat(BodyReader.of(relay).all().writes)
                .singleElement()
                .asString()
                .contains("internal_error")
                .doesNotContain("db7");
    }

    @Test
    @Logs("a relay failed; its generation is cancelled")
    void aSourceThatThrowsWhenItIsAskedForMoreIsAFailure() {
        StreamRelay relay = StreamRelay.builder(subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long n) {
                        throw new StackOverflowError("in db7");
                    }

                    @Override
                    public void cancel() {}
                }))
                .callbacks(Runnable::run)
                .build();

        assertThat(relay.head().join().status()).isEqualTo(500);
        assertThat(BodyReader.of(relay).all().writes)
                .singleElement()
                .asString()
                .contains("internal_error")
                .doesNotContain("db7");
    }

    @Test
    void aPublisherThatThrowsIsAnInternalError() {
        StreamRelay relay = StreamRelay.builder(subscriber -> {
                    throw new IllegalStateException("no");
                })
                .callbacks(Runnable::run)
                .build();

        assertThat(relay.head().join().status()).isEqualTo(500);
    }

    @Test
    void anErrorEventAfterTheHeadIsWrittenInWordsForStrangers() {
        transport.next(call -> call.stream()
                .start()
                .delta("Once")
                .event("{\"type\": \"error\", \"message\": \"worker db7 rejected " + KEY + "\"}")
                .done()
                .finish());
        BodyReader reader = BodyReader.of(relay()).all();

        assertThat(reader.writes)
                .hasSize(4)
                .endsWith(
                        "data: {\"type\": \"error\", \"code\": \"generation_failed\","
                                + " \"message\": \"The answer could not be completed. Please try again.\"}\n\n",
                        DONE);
        assertThat(reader.completed).isTrue();
    }

    @Test
    void aStreamThatBreaksOffEndsWithAnErrorEvent() {
        BodyReader reader = BodyReader.of(relay()).all();
        transport.call(0).stream().start().delta("Once").fail(TransportException.Kind.LOST);

        assertThat(reader.writes.get(2)).contains("\"type\": \"error\", \"code\": \"stream_broken\"");
        assertThat(reader.writes).last().isEqualTo(DONE);
    }

    @Test
    void theFailureWaitsForDemandLikeAnyEvent() {
        StubEvents events = new StubEvents();
        BodyReader reader = BodyReader.of(
                        StreamRelay.builder(events).callbacks(Runnable::run).build())
                .request(1);
        events.start().fail(new IllegalStateException("bug"));

        assertThat(reader.writes).hasSize(1);
        reader.request(1);
        assertThat(reader.writes).hasSize(2).last().asString().contains("internal_error");
        assertThat(reader.completed).isFalse();
        reader.request(1);
        assertThat(reader.writes).hasSize(3).last().isEqualTo(DONE);
        assertThat(reader.completed).isTrue();
    }

    @Test
    void whatFailsAfterTheEndOfTheGenerationIsNotTold() {
        StubEvents events = new StubEvents();
        BodyReader reader = BodyReader.of(
                        StreamRelay.builder(events).callbacks(Runnable::run).build())
                .all();
        events.end().fail(new IllegalStateException("bug"));

        assertThat(reader.writes).hasSize(2).last().isEqualTo(DONE);
    }

    private static StreamRelay failing(Throwable error) {
        StubEvents events = new StubEvents();
        StreamRelay relay = StreamRelay.builder(events).callbacks(Runnable::run).build();
        relay.head();
        events.fail(error);
        return relay;
    }

    private StreamRelay relay() {
        return StreamRelay.builder(client(new ManualDelayer()).publish(GenerationRequest.of("gpt-5", "hello")))
                .callbacks(Runnable::run)
                .build();
    }

    private NeuralBox client(ManualDelayer time) {
        return transport
                .client(time)
                .apiKey(KEY)
                .retryPolicy(RetryPolicy.none())
                .build();
    }
}
