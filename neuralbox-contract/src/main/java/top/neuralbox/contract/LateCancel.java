package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PATIENCE;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportResponse;

/** A thread that cancels a call some nanoseconds after the call's last bytes were delivered. */
final class LateCancel {

    private final RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread thread;

    private LateCancel(TransportCall call, CancelWay way, boolean atHead, long nanos, Gate ready) {
        body.onItem(item -> ending.set(true));
        var unused = call.response().whenComplete((head, error) -> {
            if (error != null) {
                response.completeExceptionally(error);
                return;
            }
            head.body().subscribe(body);
            response.complete(head);
            if (atHead) {
                ending.set(true);
            }
        });
        thread = new Thread(
                () -> {
                    ready.open();
                    cancel(call, way, nanos);
                },
                "testkit-cancelling");
        thread.setDaemon(true);
    }

    /**
     * Starts the thread, and returns when it waits for the last bytes. They must not have been sent before.
     *
     * @param atHead whether the head is the end of the response, which otherwise has one buffer of content
     */
    static LateCancel of(TransportCall call, CancelWay way, boolean atHead, long nanos) throws InterruptedException {
        Gate ready = new Gate();
        LateCancel cancel = new LateCancel(call, way, atHead, nanos, ready);
        cancel.thread.start();
        ready.await();
        return cancel;
    }

    /** Waits until the call has been cancelled. */
    void awaitDone() throws InterruptedException {
        thread.join(PATIENCE.toMillis());
        assertThat(thread.isAlive()).isFalse();
    }

    /** Spins, because an engine needs only microseconds, and a sleeping thread wakes up too late. */
    private void cancel(TransportCall call, CancelWay way, long nanos) {
        long begin = System.nanoTime();
        while (!ending.get() && System.nanoTime() - begin < PATIENCE.toNanos()) {
            Thread.onSpinWait();
        }
        begin = System.nanoTime();
        while (System.nanoTime() - begin < nanos) {
            Thread.onSpinWait();
        }
        way.cancel(call, response.join(), body);
    }
}
