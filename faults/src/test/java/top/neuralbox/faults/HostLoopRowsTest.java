package top.neuralbox.faults;

import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.GenerationEvent;
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
            Gate broken = new Gate();
            RecordingSubscriber<GenerationEvent> first =
                    RecordingSubscriber.<GenerationEvent>unbounded().onItem(event -> breakThisLoop());
            row.start(
                    first,
                    Reply.stream(sse(START))
                            .await(broken)
                            .data(sse(DELTA, END, Reply.DONE))
                            .end());
            first.awaitItems(1);
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
    private static void breakThisLoop() {
        EventExecutor loop = ThreadExecutorMap.currentExecutor();
        loop.execute(() -> {
            throw new Unspeakable();
        });
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
