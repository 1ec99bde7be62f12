package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Tests that no caller blocks an event loop of any engine by mistake. */
@ParameterizedClass
@EnumSource
class EventLoopTest {

    @Parameter
    Carrier carrier;

    /** The threads of that loop are there before the first row counts its own. */
    @BeforeAll
    static void startAnApplication() {
        CompletableFuture<Void> started = new CompletableFuture<>();
        Http2FaultServer.onEventLoop(() -> started.complete(null));
        started.join();
    }

    @Test
    void blockingInACallbackIsRefusedWithWhatToCallInstead() {
        try (FaultRow row = FaultRow.on(carrier)) {
            CompletableFuture<Throwable> refusal = new CompletableFuture<>();
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> {
                // A signal that demand raises comes where a call may block, and this one would be sent.
                if (row.transport().mustNotBlock(Thread.currentThread())) {
                    refusal.complete(catchThrowable(() -> row.client().generate(FaultRow.request())));
                }
            });
            Gate begun = new Gate();
            row.start(
                    events,
                    Reply.stream(Reply.sse(Reply.START))
                            .await(begun)
                            .data(Reply.sse(Reply.DELTA, Reply.END, Reply.DONE))
                            .end());
            events.awaitItems(1);
            begun.open();
            events.awaitCompletion();

            assertRefused(refusal);
        }
    }

    @Test
    void blockingOnTheEventLoopOfAnApplicationIsRefusedWithWhatToCallInstead() {
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (FaultRow row = FaultRow.on(carrier).expectRequests(0)) {
            Http2FaultServer.onEventLoop(
                    () -> refusal.complete(catchThrowable(() -> row.client().generate(FaultRow.request()))));

            assertRefused(refusal);
        }
    }

    private static void assertRefused(CompletableFuture<Throwable> refusal) {
        assertThat(refusal.join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block the event loop")
                .hasMessageContaining("generateAsync");
    }
}
