package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;

/** The header fields of a response, on everything that a caller gets from it. */
class ResponseHeadersTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final String PENDING = "{\"id\": 18473, \"status\": \"pending\"}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();
    private final NeuralBox client = transport.client(clock).listener(listener).build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void generationHasEveryFieldOfItsResponse() {
        transport.next(
                call -> stream(call, "CF-Ray", "ray-1").start().end().done().finish());
        ResponseHeaders headers = client.generate(REQUEST).responseHeaders();

        assertThat(headers.first("cf-ray")).isEqualTo("ray-1");
        assertThat(headers.asMap())
                .containsOnlyKeys("Content-Type", "CF-Ray")
                .containsEntry("content-TYPE", List.of("text/event-stream"));
    }

    @Test
    void fieldThatTheResponseDoesNotHaveIsNullOrEmpty() {
        transport.next(StubTransport.StubCall::story);
        ResponseHeaders headers = client.generate(REQUEST).responseHeaders();

        assertThat(headers.first("CF-Ray")).isNull();
        assertThat(headers.all("CF-Ray")).isEmpty();
        assertThatThrownBy(() -> headers.all(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
    }

    @Test
    void streamHasNoFieldBeforeTheHeadAndAllWithTheFirstEvent() {
        try (GenerationStream stream = client.stream(REQUEST)) {
            assertThat(stream.responseHeaders().asMap()).isEmpty();

            stream(transport.call(0), "CF-Ray", "ray-1").start();
            assertThat(stream.iterator().next()).isInstanceOf(GenerationEvent.Start.class);

            assertThat(stream.responseHeaders().first("CF-Ray")).isEqualTo("ray-1");
        }
    }

    @Test
    void subscriptionHasTheFactsOfItsResponseWithTheFirstEvent() {
        CopyOnWriteArrayList<String> facts = new CopyOnWriteArrayList<>();
        transport.next(
                call -> stream(call, "CF-Ray", "ray-1", "X-Request-Id", "req-7", "X-RateLimit-Remaining-Hour", "41")
                        .start()
                        .end()
                        .done()
                        .finish());
        CompletableFuture<Void> end = new CompletableFuture<>();

        client.publish(REQUEST).subscribe(new Flow.Subscriber<>() {
            private GenerationSubscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                this.subscription = (GenerationSubscription) subscription;
                note();
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(GenerationEvent event) {
                note();
            }

            @Override
            public void onError(Throwable error) {
                end.completeExceptionally(error);
            }

            @Override
            public void onComplete() {
                end.complete(null);
            }

            private void note() {
                facts.add(subscription.responseHeaders().first("CF-Ray") + ", " + subscription.requestId() + ", "
                        + subscription.rateLimits().hourlyRemaining());
            }
        });
        end.orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(facts).containsExactly("null, null, null", "ray-1, req-7, 41", "ray-1, req-7, 41");
    }

    @Test
    void refusalHasTheFieldsOfTheLastAttempt() {
        transport
                .next(call -> call.json(429, "{}", "CF-Ray", "ray-1"))
                .always(call -> call.json(403, "{}", "CF-Ray", "ray-2"));
        var generation = client.generateAsync(REQUEST);
        clock.advance(Duration.ofSeconds(10));

        assertThat(failure(generation).responseHeaders().first("CF-Ray")).isEqualTo("ray-2");
        assertThat(listener.retries.get(0).responseHeaders().first("CF-Ray")).isEqualTo("ray-1");
    }

    @Test
    void brokenStreamHasTheFieldsOfItsResponse() {
        transport.next(call -> stream(call, "CF-Ray", "ray-1").start().fail(TransportException.Kind.LOST));

        assertThat(failure(client.generateAsync(REQUEST)).responseHeaders().first("CF-Ray"))
                .isEqualTo("ray-1");
    }

    @Test
    void failureWithoutAResponseHasNoField() {
        transport
                .next(call -> call.json(429, "{}", "CF-Ray", "ray-1"))
                .always(call -> call.sent().fail(TransportException.Kind.LOST));
        var generation = client.generateAsync(REQUEST);
        clock.advance(Duration.ofSeconds(10));

        assertThat(failure(generation).responseHeaders().asMap()).isEmpty();
    }

    @Test
    void answerHasTheFieldsOfItsResponse() {
        transport
                .next(call ->
                        call.json(200, "{\"id\": 1, \"status\": \"completed\", \"content\": \"x\"}", "CF-Ray", "1"))
                .next(call -> call.json(200, "{\"id\": 1, \"status\": \"completed\", \"url\": \"x\"}", "CF-Ray", "2"))
                .next(call -> call.json(200, PENDING, "CF-Ray", "3"));

        for (String ray : List.of("1", "2", "3")) {
            assertThat(client.submit(REQUEST).responseHeaders().first("CF-Ray")).isEqualTo(ray);
        }
    }

    @Test
    void polledAnswerHasTheFieldsOfThePoll() {
        transport.next(call -> call.json(200, PENDING, "CF-Ray", "1"));
        var answer = client.awaitAsync((GenerationAnswer.Pending) client.submit(REQUEST));
        transport.next(
                call -> call.json(200, "{\"id\": 1, \"status\": \"completed\", \"content\": \"x\"}", "CF-Ray", "2"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(answer.join().responseHeaders().first("CF-Ray")).isEqualTo("2");
    }

    @Test
    void outcomeHasTheFieldsOfTheLastResponse() {
        transport
                .next(call -> stream(call, "CF-Ray", "1").start().end().done().finish())
                .next(call -> call.json(403, "{}", "CF-Ray", "2"));
        client.generateAsync(REQUEST);
        var unused = client.generateAsync(REQUEST);

        assertThat(listener.outcomes)
                .extracting(outcome -> outcome.responseHeaders().first("CF-Ray"))
                .containsExactly("1", "2");
    }

    @Test
    void keyThatIsEchoedIsInNeitherNamesNorValues() {
        transport.next(call -> stream(call, "X-Echo", "Bearer nb_test", "X-nb_test", "1")
                .start()
                .end()
                .done()
                .finish());
        ResponseHeaders headers = client.generate(REQUEST).responseHeaders();

        assertThat(headers.first("X-Echo")).isEqualTo("Bearer [redacted]");
        assertThat(headers.asMap()).containsOnlyKeys("Content-Type", "X-Echo", "X-[redacted]");
    }

    @Test
    void namesThatAreTheSameWithoutTheKeyKeepAllTheirValues() {
        Map<String, List<String>> fields = fields();
        fields.put("X-a", List.of("1"));
        fields.put("X-b", List.of("2", "3"));
        ResponseHeaders headers = ResponseHeaders.of(
                fields, text -> text == null ? null : text.replace("X-a", "X").replace("X-b", "X"));

        assertThat(headers.all("X")).containsExactly("1", "2", "3");
    }

    @Test
    void valueIsPrintableAndNotCut() {
        String longer = "v".repeat(10_000);
        Map<String, List<String>> fields = fields();
        fields.put("X-Odd", List.of("a\u009bb", longer));
        ResponseHeaders headers = ResponseHeaders.of(fields, text -> text);

        assertThat(headers.all("X-Odd")).containsExactly("a\\u009Bb", longer);
    }

    @Test
    void fieldsCannotBeChanged() {
        transport.next(StubTransport.StubCall::story);
        ResponseHeaders headers = client.generate(REQUEST).responseHeaders();

        assertThatThrownBy(() -> headers.asMap().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void textShowsNamesAndNoValue() {
        transport.next(call -> stream(call, "Set-Cookie", "session=secret")
                .start()
                .end()
                .done()
                .finish());

        assertThat(client.generate(REQUEST).responseHeaders()).hasToString("ResponseHeaders[Content-Type, Set-Cookie]");
    }

    private static StubTransport.StubCall stream(StubTransport.StubCall call, String... fields) {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "Content-Type";
        all[fields.length + 1] = "text/event-stream";
        return call.head(200, all);
    }

    private static Map<String, List<String>> fields() {
        return new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    }

    private static NeuralBoxException failure(java.util.concurrent.CompletableFuture<?> failed) {
        Throwable error =
                catchThrowableOfType(ExecutionException.class, failed::get).getCause();
        return (NeuralBoxException) (error instanceof CompletionException ? error.getCause() : error);
    }
}
