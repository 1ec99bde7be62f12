package top.neuralbox.faults;

import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.NeuralBoxException;
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
