package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** Rows H01 and H02: code that an application adds to the engine itself throws an {@code Error}, or sets the interrupt flag. */
@ParameterizedClass
@EnumSource(names = {"HTTPCLIENT_HTTP_1_1", "HTTPCLIENT_HTTP_2"})
class HostInterceptorRowsTest {

    private static final int EVERY_THREAD = 4 * Runtime.getRuntime().availableProcessors();

    private final AtomicInteger harm = new AtomicInteger();

    @Parameter
    Carrier carrier;

    @Test
    void h02RequestInterceptorThatThrowsAnErrorHarmsNoThread() {
        harms(builder -> builder.addRequestInterceptorFirst((request, body, context) -> harm()));
    }

    @Test
    void h02ResponseInterceptorThatThrowsAnErrorHarmsNoThread() {
        harms(builder -> builder.addResponseInterceptorFirst((response, body, context) -> harm()));
    }

    @Test
    void h02ExecutionInterceptorThatThrowsAnErrorHarmsNoThread() {
        harms(builder -> builder.addExecInterceptorLast("foreign", (request, body, scope, chain, callback) -> {
            harm();
            chain.proceed(request, body, scope, callback);
        }));
    }

    @Test
    @Logs("threw java.lang.StackOverflowError when it was told of a failure")
    void h02InterceptorThatThrowsAnErrorWhenToldOfABrokenStreamHarmsNoOtherStream() {
        harmsWhenTold(Moment.FAILURE, HostInterceptorRowsTest::anError, HostInterceptorRowsTest::breaksAStream);
    }

    @Test
    @Logs("threw java.lang.IllegalStateException when it was told of a failure")
    void h02InterceptorThatThrowsAnExceptionWhenToldOfABrokenStreamHarmsNoOtherStream() {
        harmsWhenTold(Moment.FAILURE, HostInterceptorRowsTest::anException, HostInterceptorRowsTest::breaksAStream);
    }

    @Test
    @Logs("threw java.lang.StackOverflowError when it was told of a failure")
    void h02InterceptorThatThrowsAnErrorWhenToldOfARefusedConnectionHarmsNoOtherStream() {
        harmsWhenTold(Moment.FAILURE, HostInterceptorRowsTest::anError, this::findsNobody);
    }

    @Test
    @Logs("threw java.lang.IllegalStateException when it was told of a failure")
    void h02InterceptorThatThrowsAnExceptionWhenToldOfARefusedConnectionHarmsNoOtherStream() {
        harmsWhenTold(Moment.FAILURE, HostInterceptorRowsTest::anException, this::findsNobody);
    }

    @Test
    @Logs("threw java.lang.StackOverflowError when it was told of the end of a response")
    void h02InterceptorThatThrowsAnErrorWhenToldOfTheEndHarmsNoStream() {
        harmsWhenTold(Moment.END, HostInterceptorRowsTest::anError, row -> row.completes(Reply.whole()));
    }

    @Test
    @Logs("threw java.lang.IllegalStateException when it was told of the end of a response")
    void h02InterceptorThatThrowsAnExceptionWhenToldOfTheEndHarmsNoStream() {
        harmsWhenTold(Moment.END, HostInterceptorRowsTest::anException, row -> row.completes(Reply.whole()));
    }

    @Test
    void h02InterceptorThatThrowsAnErrorWhenToldOfTheHeadHarmsNoOtherStream() {
        harmsWhenTold(Moment.HEAD, HostInterceptorRowsTest::anError, HostInterceptorRowsTest::fails);
    }

    @Test
    void h02InterceptorThatThrowsAnExceptionWhenToldOfTheHeadHarmsNoOtherStream() {
        harmsWhenTold(Moment.HEAD, HostInterceptorRowsTest::anException, HostInterceptorRowsTest::fails);
    }

    /** The core closes a response without content at its head, so the end of the response finds a call that has ended. */
    @Test
    @Logs("threw java.lang.IllegalStateException when it was told of the end of a response")
    void h02InterceptorThatThrowsAtTheEndOfARefusedHeadKeepsNoPlaceInThePool() {
        try (FaultRow row = row(
                throwingWhenTold(Moment.END, HostInterceptorRowsTest::anException),
                config -> config.maxConnections(1))) {
            harm.set(1);
            RecordingSubscriber<GenerationEvent> refused =
                    row.start(Reply.head(204).end());
            FaultRow.failure(UnexpectedResponseException.class, refused);

            row.completes(Reply.whole());

            FaultClock.await("the throw", () -> harm.get() == 0);
            row.expectRequests(2);
        }
    }

    @Test
    @Logs("threw java.lang.IllegalStateException when its body was released")
    void h02InterceptorWhoseBodyThrowsWhenItIsReleasedHarmsNoOtherStream() {
        harmsWhenTold(Moment.RELEASE, HostInterceptorRowsTest::anException, HostInterceptorRowsTest::breaksAStream);
    }

    @Test
    @Logs("threw java.lang.StackOverflowError when its body was released")
    void h02InterceptorWhoseBodyThrowsAnErrorAfterARefusedHeadHarmsNoOtherStream() {
        Gate never = new Gate();
        harmsWhenTold(Moment.RELEASE, HostInterceptorRowsTest::anError, row -> {
            RecordingSubscriber<GenerationEvent> compressed =
                    row.start(Reply.head(200, "Content-Type", "text/event-stream", "Content-Encoding", "gzip")
                            .await(never)
                            .end());
            FaultRow.failure(UnexpectedResponseException.class, compressed);
        });
        never.open();
    }

    @Test
    @Logs("when it was told of a failure")
    void h02InterceptorThatThrowsWhatCannotBeLookedAtHarmsNoOtherStream() {
        harmsWhenTold(
                Moment.FAILURE,
                () -> {
                    throw new Unreadable();
                },
                this::findsNobody);
    }

    /** An exception that throws when it is looked at. */
    private static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("thrown by a test");
        }

        @Override
        public String getMessage() {
            throw new IllegalStateException("thrown by a test");
        }
    }

    @Test
    void h01InterceptorThatSetsTheInterruptFlagHarmsNoThread() {
        try (FaultRow row = row(builder -> builder.addResponseInterceptorFirst(
                        (response, body, context) -> Thread.currentThread().interrupt()))
                .expectRequests(EVERY_THREAD)) {
            for (int i = 0; i < EVERY_THREAD; i++) {
                row.completes(Reply.whole());
            }
        }
    }

    private void harms(UnaryOperator<HttpAsyncClientBuilder> customizer) {
        try (FaultRow row = row(customizer)) {
            Gate end = new Gate();
            RecordingSubscriber<GenerationEvent> other = row.start(Reply.stream(sse(START, DELTA))
                    .await(end)
                    .data(sse(Reply.END, Reply.DONE))
                    .end());
            other.awaitItems(2);
            for (int i = 0; i < EVERY_THREAD; i++) {
                int seen = row.server().requestCount();
                harm.set(1);
                RecordingSubscriber<GenerationEvent> events = row.start(Reply.whole());
                FaultRow.failure(NeuralBoxException.class, events);
                harm.set(0);
                if (row.server().requestCount() == seen) {
                    // It was not sent, so its reply is the next one's.
                    row.client().generate(FaultRow.request());
                }
            }
            end.open();
            other.awaitCompletion();
            row.expectRequests(row.server().requestCount()).pooled(EVERY_THREAD);
        }
    }

    /** Fails calls on every I/O thread while other streams are open on every one. */
    private void harmsWhenTold(Moment moment, Runnable thrower, Consumer<FaultRow> failsACall) {
        try (FaultRow row = row(throwingWhenTold(moment, thrower))) {
            Gate end = new Gate();
            List<RecordingSubscriber<GenerationEvent>> others = new ArrayList<>();
            for (int i = 0; i < EVERY_THREAD; i++) {
                RecordingSubscriber<GenerationEvent> other = row.start(Reply.stream(sse(START, DELTA))
                        .await(end)
                        .data(sse(Reply.END, Reply.DONE))
                        .end());
                other.awaitItems(2);
                others.add(other);
            }
            for (int i = 0; i < EVERY_THREAD; i++) {
                harm.set(1);
                failsACall.accept(row);
                FaultClock.await("the throw", () -> harm.get() == 0);
            }
            end.open();
            others.forEach(RecordingSubscriber::awaitCompletion);
            row.expectRequests(row.server().requestCount()).pooled(EVERY_THREAD);
        }
    }

    private static void anError() {
        throw new StackOverflowError("thrown by a test");
    }

    private static void anException() {
        throw new IllegalStateException("thrown by a test");
    }

    private static void fails(FaultRow row) {
        FaultRow.failure(NeuralBoxException.class, row.start(Reply.whole()));
    }

    private static void breaksAStream(FaultRow row) {
        RecordingSubscriber<GenerationEvent> events =
                row.start(Reply.stream(sse(START, DELTA)).close());
        StreamBrokenException failure = FaultRow.failure(StreamBrokenException.class, events);
        assertThat(failure.partial().text()).isEqualTo("Here");
    }

    private void findsNobody(FaultRow row) {
        try (NeuralBox lost = NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .baseUri(HostedClient.nobody(carrier))
                .transport(row.transport())
                .retryPolicy(RetryPolicy.none())
                .build()) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            lost.publish(FaultRow.request()).subscribe(events);
            ConnectionException failure = FaultRow.failure(ConnectionException.class, events);
            assertThat(failure.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        }
    }

    /** Of what the engine tells an interceptor. */
    private enum Moment {
        HEAD,
        END,
        FAILURE,
        RELEASE
    }

    /** An interceptor whose callback throws in place of passing on what it is told. */
    private UnaryOperator<HttpAsyncClientBuilder> throwingWhenTold(Moment moment, Runnable thrower) {
        return builder -> builder.addExecInterceptorFirst(
                "foreign",
                (request, body, scope, chain, callback) ->
                        chain.proceed(request, body, scope, new ThrowsWhenTold(callback, harm, moment, thrower)));
    }

    private record ThrowsWhenTold(AsyncExecCallback callback, AtomicInteger harm, Moment moment, Runnable thrower)
            implements AsyncExecCallback {

        @Override
        public void failed(Exception cause) {
            harm(Moment.FAILURE);
            callback.failed(cause);
        }

        @Override
        public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails content)
                throws HttpException, IOException {
            harm(Moment.HEAD);
            AsyncDataConsumer consumer = callback.handleResponse(response, content);
            return moment == Moment.RELEASE && consumer != null ? new ThrowsWhenReleased(consumer) : consumer;
        }

        @Override
        public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
            callback.handleInformationResponse(response);
        }

        @Override
        public void completed() {
            harm(Moment.END);
            callback.completed();
        }

        private final class ThrowsWhenReleased implements AsyncDataConsumer {

            private final AsyncDataConsumer consumer;

            ThrowsWhenReleased(AsyncDataConsumer consumer) {
                this.consumer = consumer;
            }

            @Override
            public void updateCapacity(CapacityChannel channel) throws IOException {
                consumer.updateCapacity(channel);
            }

            @Override
            public void consume(ByteBuffer bytes) throws IOException {
                consumer.consume(bytes);
            }

            @Override
            public void streamEnd(List<? extends Header> trailers) throws HttpException, IOException {
                consumer.streamEnd(trailers);
            }

            @Override
            public void releaseResources() {
                harm(Moment.RELEASE);
                consumer.releaseResources();
            }
        }

        private void harm(Moment now) {
            if (now == moment && harm.compareAndSet(1, 0)) {
                thrower.run();
            }
        }
    }

    private void harm() {
        if (harm.get() == 1) {
            throw new StackOverflowError("thrown by a test");
        }
    }

    private FaultRow row(UnaryOperator<HttpAsyncClientBuilder> customizer) {
        return row(customizer, config -> {});
    }

    private FaultRow row(UnaryOperator<HttpAsyncClientBuilder> customizer, Consumer<TransportConfig.Builder> settings) {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        settings.accept(config);
        return FaultRow.with(
                carrier.server(),
                () -> HttpClientTransport.builder()
                        .config(carrier.config(config))
                        .customize(customizer)
                        .build());
    }
}
