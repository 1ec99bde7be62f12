package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
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
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
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
        FAILURE
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
            return callback.handleResponse(response, content);
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
        TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        return FaultRow.with(
                carrier.server(),
                () -> HttpClientTransport.builder()
                        .config(carrier.config(config))
                        .customize(customizer)
                        .build());
    }
}
