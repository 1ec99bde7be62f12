package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationSubscription;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Row H20, for the transport whose event loops an application can reach. */
@ParameterizedClass
@EnumSource(names = {"VERTX_HTTP_1_1", "VERTX_HTTP_2"})
class HostLoopRowsTest {

    @Parameter
    Carrier carrier;

    @Test
    void h20ErrorThatComesOutOfAnEventLoopEndsNoCall() {
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(2)) {
            Gate headRead = new Gate();
            Gate startRead = new Gate();
            Gate broken = new Gate();
            AtomicBoolean broke = new AtomicBoolean();
            RecordingSubscriber<GenerationEvent> first =
                    RecordingSubscriber.<GenerationEvent>unbounded().onItem(event -> breakThisLoop(broke));
            row.start(
                    first,
                    Reply.head(200, "Content-Type", "text/event-stream")
                            .await(headRead)
                            .data(sse(START))
                            .await(startRead)
                            .data(sse(DELTA))
                            .await(broken)
                            .data(sse(END, Reply.DONE))
                            .end());
            // Another thread delivers an event that arrives while the subscription or the head is still at work.
            GenerationSubscription subscription = (GenerationSubscription) first.awaitSubscription();
            FaultClock.await("the head", () -> subscription.responseHeaders().first("Content-Type") != null);
            headRead.open();
            first.awaitItems(1);
            startRead.open();
            first.awaitItems(2);
            assertThat(broke).as("an event loop delivered an event").isTrue();
            RecordingSubscriber<GenerationEvent> second = row.start(Reply.stream(sse(START, DELTA))
                    .await(broken)
                    .data(sse(END, Reply.DONE))
                    .end());
            second.awaitItems(2);

            broken.open();

            first.awaitCompletion();
            second.awaitCompletion();
        }
    }

    /** What a task throws is logged, and here the log fails in turn. */
    private static void breakThisLoop(AtomicBoolean broke) {
        EventExecutor loop = ThreadExecutorMap.currentExecutor();
        if (loop != null && broke.compareAndSet(false, true)) {
            loop.execute(() -> {
                throw new Unspeakable();
            });
        }
    }

    /** An error that makes a log run out of stack. */
    private static final class Unspeakable extends Error {

        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new StackOverflowError("of a test");
        }

        @Override
        public String getMessage() {
            throw new StackOverflowError("of a test");
        }
    }
}
