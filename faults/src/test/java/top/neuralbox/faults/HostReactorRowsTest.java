package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/**
 * Row H19: an {@code Error} ends an I/O thread of HttpClient. Here an interceptor throws it when the engine reports a failed
 * connection, because the engine catches no error there.
 */
@ParameterizedClass
@EnumSource(names = {"HTTPCLIENT_HTTP_1_1", "HTTPCLIENT_HTTP_2"})
class HostReactorRowsTest {

    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    /** How many failures are answered with an {@code Error}. */
    private final AtomicInteger harm = new AtomicInteger();

    @Parameter
    Carrier carrier;

    @Test
    @Logs("an I/O thread of HttpClient ended")
    void h19ThreadThatAnErrorEndsIsReplaced() {
        int streams = 2 * THREADS;
        try (FaultRow row = FaultRow.with(carrier.server(), this::transport);
                NeuralBox lost = NeuralBox.builder()
                        .apiKey(FaultRow.KEY)
                        .baseUri(nobody())
                        .transport(row.transport())
                        .retryPolicy(RetryPolicy.none())
                        .build()) {
            Gate end = new Gate();
            List<RecordingSubscriber<GenerationEvent>> others = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                others.add(row.start(Reply.stream(sse(START, DELTA))
                        .await(end)
                        .data(sse(Reply.END, Reply.DONE))
                        .end()));
                others.get(i).awaitItems(2);
            }

            harm.set(1);
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            lost.publish(FaultRow.request()).subscribe(events);

            ConnectionException failure = FaultRow.failure(ConnectionException.class, events);
            assertThat(failure.billingState()).isEqualTo(BillingState.NOT_CHARGED);
            assertThat(harm).hasValue(0);
            for (int i = 0; i < streams; i++) {
                assertThat(FaultRow.text(row.completes(Reply.whole()))).isEqualTo("Here");
            }
            end.open();
            assertThat(others.stream().filter(HostReactorRowsTest::breaks))
                    .as("streams that break: those of one thread of %s", THREADS)
                    .hasSizeLessThanOrEqualTo(THREADS == 1 ? streams : streams - streams / THREADS);
            row.expectRequests(2 * streams).pooled(2 * streams);
        }
    }

    private HttpClientTransport transport() {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        return HttpClientTransport.builder()
                .config(carrier.config(config))
                .customize(builder -> builder.addExecInterceptorFirst(
                        "foreign",
                        (request, body, scope, chain, callback) ->
                                chain.proceed(request, body, scope, new ThrowsWhenToldOfAFailure(callback, harm))))
                .build();
    }

    private URI nobody() {
        return HostedClient.nobody(carrier);
    }

    /** Waits for the end. */
    private static boolean breaks(RecordingSubscriber<GenerationEvent> events) {
        FaultClock.await("the end", events::isTerminated);
        try {
            events.awaitCompletion();
            return false;
        } catch (AssertionError broken) {
            assertThat(events.awaitError()).isInstanceOf(StreamBrokenException.class);
            return true;
        }
    }

    private record ThrowsWhenToldOfAFailure(AsyncExecCallback callback, AtomicInteger harm)
            implements AsyncExecCallback {

        @Override
        public void failed(Exception cause) {
            if (harm.compareAndSet(1, 0)) {
                throw new StackOverflowError("thrown by a test");
            }
            callback.failed(cause);
        }

        @Override
        public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails content)
                throws HttpException, java.io.IOException {
            return callback.handleResponse(response, content);
        }

        @Override
        public void handleInformationResponse(HttpResponse response) throws HttpException, java.io.IOException {
            callback.handleInformationResponse(response);
        }

        @Override
        public void completed() {
            callback.completed();
        }
    }
}
