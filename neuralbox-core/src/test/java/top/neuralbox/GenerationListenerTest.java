package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationListener.DecodeError;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.TransportException;

/** What a listener hears of a generation, for each way in which one can end. */
class GenerationListenerTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final Notes notes = new Notes();
    private final NeuralBox client = client(notes);

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void hearsOfTheClientOnceWhenItIsBuilt() {
        client.generateAsync(REQUEST);
        client.generateAsync(REQUEST);
        assertThat(notes.attached).containsExactly("default on stub");
    }

    @Test
    void hearsTheLifeOfAGenerationInItsOrder() {
        client.generateAsync(REQUEST);
        transport.call(0).stream()
                .start()
                .delta("Here")
                .delta(" are")
                .end()
                .done()
                .finish();
        assertThat(notes.steps)
                .containsExactly(
                        "headers", "sent 1", "head 200", "begun gen_1 gpt-5", "delta 4", "delta 4", "ended COMPLETED");
    }

    @Test
    void hearsOnlyOnceThatTheAnswerBegan() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start().start().delta("Here").end().done().finish();
        assertThat(notes.steps).containsOnlyOnce("begun gen_1 gpt-5");
    }

    @Test
    void hearsTheModelOfAnAnswerThatDoesNotStream() {
        transport.next(call -> call.json(
                200,
                "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5-mini\","
                        + " \"content\": \"Hi\", \"tokens_used\": 3}"));
        var unused = client.submit(REQUEST);
        assertThat(notes.steps).contains("begun gen_1 gpt-5-mini");
    }

    @Test
    void isToldWhatIsAskedOfWhichServer() {
        client.generateAsync(GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .temperature(0.5)
                .maxTokens(100)
                .build());
        transport.next(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"content\": \"Hi\"}"));
        var unused = client.submit(REQUEST);
        GenerationInfo streamed = notes.infos.get(0);
        assertThat(streamed.serverAddress()).isEqualTo("localhost");
        assertThat(streamed.serverPort()).isEqualTo(80);
        assertThat(streamed.streams()).isTrue();
        assertThat(streamed.temperature()).isEqualTo(0.5);
        assertThat(streamed.maxTokens()).isEqualTo(100);
        assertThat(notes.infos.get(1).streams()).isFalse();
        assertThat(notes.infos.get(1).temperature()).isNull();
    }

    @Test
    void isToldTheLimitsThatTheResponseReports() {
        client.generateAsync(REQUEST);
        transport
                .call(0)
                .head(200, "Content-Type", "text/event-stream", "X-RateLimit-Remaining-Hour", "41")
                .start()
                .end()
                .done()
                .finish();
        assertThat(notes.outcome().rateLimits().hourlyRemaining()).isEqualTo(41);
        assertThat(notes.outcome().rateLimits().dailyRemaining()).isNull();
    }

    @Test
    void isToldTheBillOfACompletedGeneration() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start().end().done().finish();
        assertThat(notes.outcome().billing()).isEqualTo(Billing.of(new BigDecimal(3), new BigDecimal(297)));
        assertThat(notes.outcome().billingState()).isEqualTo(BillingState.CHARGED);
        assertThat(notes.outcome().error()).isNull();
    }

    @Test
    void isToldTheBillOfAnAnswerThatDoesNotStream() {
        client.generateAsync(REQUEST);
        transport
                .call(0)
                .head(200, "Content-Type", "application/json")
                .bytes("{\"id\": \"gen_1\", \"status\": \"completed\", \"url\": \"https://x.example/1.png\","
                        + " \"tokens_used\": 8, \"balance_remaining\": 292}")
                .finish();
        assertThat(notes.outcome().error()).isInstanceOf(NotAStreamException.class);
        assertThat(notes.outcome().billing()).isEqualTo(Billing.of(new BigDecimal(8), new BigDecimal(292)));
    }

    @Test
    void hearsOneCancelledEndWhenTheCallerLeaves() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream().start().delta("Here");
        stream.close();
        stream.close();
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
        assertThat(notes.outcome().billingState()).isEqualTo(BillingState.UNKNOWN);
    }

    @Test
    void hearsOneTruncatedEndWhenTheBodyEndsEarly() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start().delta("Here").finish();
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.TRUNCATED);
    }

    @Test
    void hearsOneFailedEndWhenTheConnectionIsLost() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start().delta("Here").fail(TransportException.Kind.LOST);
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.FAILED);
    }

    @Test
    void hearsOneFailedEndWhenATimerRunsOut() {
        client.generateAsync(REQUEST);
        transport.call(0).sent();
        clock.advance(Duration.ofSeconds(121));
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().error()).isInstanceOf(GenerationTimeoutException.class);
    }

    @Test
    void hearsOneCancelledEndWhenTheClientIsClosed() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start();
        client.close();
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }

    @Test
    void hasHeardOfTheEndWhenTheCallerHasTheResult() {
        List<Integer> heard = new ArrayList<>();
        var unused = client.generateAsync(REQUEST).thenAccept(result -> heard.add(notes.outcomes.size()));
        transport.call(0).stream().start().delta("Here").end();
        assertThat(heard).containsExactly(1);
    }

    @Test
    void hearsNothingOfWhatFollowsTheEnd() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().start().end();
        int steps = notes.steps.size();
        long bytes = notes.bytes;
        transport.call(0).event("hello").finish();
        assertThat(notes.steps).hasSize(steps);
        assertThat(notes.bytes).isEqualTo(bytes);
        assertThat(notes.decodeErrors).isEmpty();
    }

    @Test
    void hearsOfEachAttempt() {
        client.generateAsync(REQUEST);
        transport.call(0).fail(TransportException.Kind.REFUSED);
        clock.advance(Duration.ofSeconds(1));
        transport.call(1).stream().start().end().done().finish();
        assertThat(notes.steps)
                .containsExactly(
                        "headers",
                        "retry 1 ConnectionException",
                        "sent 2",
                        "head 200",
                        "begun gen_1 gpt-5",
                        "ended COMPLETED");
        assertThat(notes.outcome().attempts()).isEqualTo(2);
    }

    @Test
    void isToldTheBytesOfTheBody() {
        client.generateAsync(REQUEST);
        String event = "data: {\"type\": \"content_delta\", \"delta\": \"é\"}\n\n";
        transport.call(0).stream().bytes(event).bytes(": a comment\n\n");
        assertThat(notes.bytes).isEqualTo(event.length() + 1 + 13);
    }

    @Test
    void isToldThatDataIsNoJson() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().event("hello").finish();
        assertThat(notes.decodeErrors).containsExactly(DecodeError.JSON);
    }

    @Test
    void isToldThatADeltaHasNoText() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().event("{\"type\": \"content_delta\"}").finish();
        assertThat(notes.decodeErrors).containsExactly(DecodeError.SCHEMA);
    }

    @Test
    void isToldThatALineIsTooLong() {
        NeuralBox narrow =
                builder(notes).limits(Limits.builder().lineBytes(100).build()).build();
        narrow.generateAsync(REQUEST);
        transport.call(0).stream().delta("x".repeat(200)).finish();
        assertThat(notes.decodeErrors).containsExactly(DecodeError.OVERSIZE);
    }

    @Test
    void headersOfAListenerGoWithEachAttempt() {
        notes.headers = Map.of("traceparent", "00-1-2-01");
        client.generateAsync(REQUEST);
        transport.call(0).fail(TransportException.Kind.REFUSED);
        clock.advance(Duration.ofSeconds(1));
        assertThat(transport.call(0).request.headers()).containsEntry("traceparent", List.of("00-1-2-01"));
        assertThat(transport.call(1).request.headers()).containsEntry("traceparent", List.of("00-1-2-01"));
    }

    @Test
    void headersOfARequestAreNotReplacedByAListener() {
        notes.headers = Map.of("traceparent", "the listener's");
        client.generateAsync(GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("hello"))
                .header("traceparent", "the caller's")
                .build());
        assertThat(transport.call(0).request.headers()).containsEntry("traceparent", List.of("the caller's"));
    }

    @Test
    @Logs("a GenerationListener returned a header field that cannot be sent")
    void aHeaderThatAListenerMayNotSetIsLeftOutAlone() {
        notes.headers = Map.of("Authorization", "stolen", "bad name", "x", "tracestate", "a=b");
        client.generateAsync(REQUEST);
        assertThat(transport.call(0).request.headers())
                .containsEntry("Authorization", List.of("Bearer nb_test"))
                .containsEntry("tracestate", List.of("a=b"))
                .doesNotContainKey("bad name");
        transport.call(0).stream().start().end().done().finish();
        assertThat(notes.outcome().listenerErrors()).isEqualTo(2);
    }

    @Test
    @Logs("a GenerationListener threw")
    void aListenerThatAlwaysThrowsIsCountedAndNeverReachesTheGeneration() {
        NeuralBox fenced = client(new Thrower(), notes);
        var result = fenced.generateAsync(REQUEST);
        transport.call(0).stream()
                .start()
                .delta("Hi")
                .event("{\"type\": \"new\"}")
                .end()
                .done()
                .finish();
        assertThat(result.join().text()).isEqualTo("Hi");
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.COMPLETED);
        // headers, sent, head, received 4, begun, delta, unknownEvent and its own ended.
        assertThat(notes.outcome().listenerErrors()).isEqualTo(11);
    }

    @Test
    @Logs("a GenerationListener threw")
    void aListenerThatThrowsAtTheStartHearsNothingMore() {
        NeuralBox fenced = client(
                info -> {
                    throw new IllegalStateException("scripted");
                },
                notes);
        var result = fenced.generateAsync(REQUEST);
        transport.call(0).stream().start().end().done().finish();
        assertThat(result).isCompleted();
        assertThat(notes.outcome().listenerErrors()).isEqualTo(1);
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void aSubscriberThatThrowsIsCountedWithTheListeners() {
        client.publish(REQUEST).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(GenerationEvent event) {
                throw new IllegalStateException("scripted");
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        transport.call(0).stream().start();
        assertThat(notes.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
        assertThat(notes.outcome().listenerErrors()).isEqualTo(1);
    }

    @Test
    void aClosedClientTellsOfACallThatItRefuses() {
        client.close();
        assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(GenerationCancelledException.class);
        assertThat(notes.outcomes).hasSize(1);
        assertThat(notes.outcome().attempts()).isZero();
    }

    private NeuralBox client(GenerationListener... listeners) {
        return builder(listeners).build();
    }

    private NeuralBox.Builder builder(GenerationListener... listeners) {
        NeuralBox.Builder builder = NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .delayer(clock)
                .callbacks(Runnable::run);
        for (GenerationListener listener : listeners) {
            builder.listener(listener);
        }
        return builder;
    }

    /** Writes down what it hears. */
    private static final class Notes implements GenerationListener, GenerationListener.Observer {

        final List<String> attached = new ArrayList<>();
        final List<GenerationInfo> infos = new ArrayList<>();
        final List<String> steps = new ArrayList<>();
        final List<DecodeError> decodeErrors = new ArrayList<>();
        final List<GenerationOutcome> outcomes = new ArrayList<>();
        Map<String, String> headers = Map.of();
        long bytes;

        GenerationOutcome outcome() {
            return outcomes.get(outcomes.size() - 1);
        }

        @Override
        public void attached(String client, String transport) {
            attached.add(client + " on " + transport);
        }

        @Override
        public Observer started(GenerationInfo info) {
            infos.add(info);
            return this;
        }

        @Override
        public Map<String, String> requestHeaders() {
            steps.add("headers");
            return headers;
        }

        @Override
        public void sent(int attempt) {
            steps.add("sent " + attempt);
        }

        @Override
        public void head(int status) {
            steps.add("head " + status);
        }

        @Override
        public void received(int bytes) {
            this.bytes += bytes;
        }

        @Override
        public void begun(@Nullable String id, @Nullable String model) {
            steps.add("begun " + id + " " + model);
        }

        @Override
        public void delta(int chars, int bytes, long nanoTime) {
            steps.add("delta " + chars);
        }

        @Override
        public void retry(int attempt, NeuralBoxException reason, Duration wait) {
            steps.add("retry " + attempt + " " + reason.getClass().getSimpleName());
        }

        @Override
        public void decodeError(DecodeError error) {
            decodeErrors.add(error);
        }

        @Override
        public void ended(GenerationOutcome outcome) {
            outcomes.add(outcome);
            steps.add("ended " + outcome.kind());
        }
    }

    /** Throws whatever it is told. */
    private static final class Thrower implements GenerationListener, GenerationListener.Observer {

        @Override
        public void attached(String client, String transport) {
            throw new AssertionError("scripted");
        }

        @Override
        public Observer started(GenerationInfo info) {
            return this;
        }

        @Override
        public Map<String, String> requestHeaders() {
            throw new AssertionError("scripted");
        }

        @Override
        public void sent(int attempt) {
            throw new AssertionError("scripted");
        }

        @Override
        public void head(int status) {
            throw new AssertionError("scripted");
        }

        @Override
        public void received(int bytes) {
            throw new AssertionError("scripted");
        }

        @Override
        public void begun(@Nullable String id, @Nullable String model) {
            throw new AssertionError("scripted");
        }

        @Override
        public void delta(int chars, int bytes, long nanoTime) {
            throw new AssertionError("scripted");
        }

        @Override
        public void unknownEvent() {
            throw new AssertionError("scripted");
        }

        @Override
        public void ended(GenerationOutcome outcome) {
            throw new AssertionError("scripted");
        }
    }
}
