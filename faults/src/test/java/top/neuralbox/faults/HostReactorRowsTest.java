package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/**
 * Row H19: an {@code Error} ends an I/O thread of HttpClient. Here a listener of the application throws it at the end of a
 * connection, because the engine calls it outside of all that we can fence.
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
        try (FaultRow row = FaultRow.with(carrier.server(), this::transport)) {
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
            RecordingSubscriber<GenerationEvent> events =
                    row.start(Reply.stream(sse(START, DELTA)).close());

            StreamBrokenException failure = FaultRow.failure(StreamBrokenException.class, events);
            assertThat(failure.partial().text()).isEqualTo("Here");
            FaultClock.await("the throw", () -> harm.get() == 0);
            for (int i = 0; i < streams; i++) {
                assertThat(FaultRow.text(row.completes(Reply.whole()))).isEqualTo("Here");
            }
            end.open();
            assertThat(others.stream().filter(HostReactorRowsTest::breaks))
                    .as("streams that break: those of one thread of %s", THREADS)
                    .hasSizeLessThanOrEqualTo(THREADS == 1 ? streams : streams - streams / THREADS);
            row.expectRequests(2 * streams + 1).pooled(2 * streams);
        }
    }

    private HttpClientTransport transport() {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        return HttpClientTransport.builder()
                .config(carrier.config(config))
                .customize(builder -> builder.setIOSessionListener(new ThrowsAtTheEndOfAConnection(harm)))
                .build();
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

    private record ThrowsAtTheEndOfAConnection(AtomicInteger harm) implements IOSessionListener {

        @Override
        public void disconnected(IOSession session) {
            if (harm.compareAndSet(1, 0)) {
                throw new StackOverflowError("thrown by a test");
            }
        }

        @Override
        public void connected(IOSession session) {}

        @Override
        public void startTls(IOSession session) {}

        @Override
        public void inputReady(IOSession session) {}

        @Override
        public void outputReady(IOSession session) {}

        @Override
        public void timeout(IOSession session) {}

        @Override
        public void exception(IOSession session, Exception cause) {}
    }
}
