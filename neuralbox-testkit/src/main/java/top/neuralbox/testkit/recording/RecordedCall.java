package top.neuralbox.testkit.recording;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportResponse;

/** A call whose response is recorded as it passes. */
final class RecordedCall implements TransportCall {

    private final TransportCall call;
    private final CallRecorder recorder;
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();

    RecordedCall(TransportCall call, CallRecorder recorder) {
        this.call = call;
        this.recorder = recorder;
        var unused = call.response().whenComplete(this::settle);
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response;
    }

    @Override
    public boolean mayHaveBeenSent() {
        return call.mayHaveBeenSent();
    }

    @Override
    public void cancel() {
        recorded(() -> recorder.ended(Recording.End.CANCELLED));
        call.cancel();
    }

    private void settle(@Nullable TransportResponse head, @Nullable Throwable error) {
        if (head == null) {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            Throwable failure = cause == null ? new IllegalStateException("neither a response nor a failure") : cause;
            recorded(() -> recorder.failed(failure));
            response.completeExceptionally(failure);
            return;
        }
        recorded(() -> recorder.head(head));
        response.complete(TransportResponse.of(
                head.status(), head.headers(), subscriber -> head.body().subscribe(new Recorded(subscriber)), () -> {
                    recorded(() -> recorder.ended(Recording.End.CANCELLED));
                    head.close();
                }));
    }

    /** A signal that cannot be recorded must still reach its receiver. */
    private void recorded(Runnable step) {
        try {
            step.run();
        } catch (Throwable failed) {
            recorder.couldNot(failed);
        }
    }

    /** Records each signal before passing it on. */
    private final class Recorded implements Flow.Subscriber<ByteBuffer> {

        private final Flow.Subscriber<? super ByteBuffer> receiver;

        private Recorded(Flow.Subscriber<? super ByteBuffer> receiver) {
            this.receiver = receiver;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            receiver.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long count) {
                    subscription.request(count);
                }

                @Override
                public void cancel() {
                    recorded(() -> recorder.ended(Recording.End.CANCELLED));
                    subscription.cancel();
                }
            });
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            recorded(() -> recorder.chunk(buffer));
            receiver.onNext(buffer);
        }

        @Override
        public void onError(Throwable error) {
            recorded(() -> recorder.failed(error));
            receiver.onError(error);
        }

        @Override
        public void onComplete() {
            recorded(() -> recorder.ended(Recording.End.COMPLETE));
            receiver.onComplete();
        }
    }
}
