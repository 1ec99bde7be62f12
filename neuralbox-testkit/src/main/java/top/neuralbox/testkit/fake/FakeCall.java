package top.neuralbox.testkit.fake;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import top.neuralbox.testkit.Gate;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** One exchange of a {@link FakeTransport}. Thread-safe. */
final class FakeCall implements TransportCall {

    private final FakeTransport transport;
    private final TransportRequest request;
    private final FakeAnswer answer;
    private final FakeBody body;
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean sent;

    FakeCall(FakeTransport transport, TransportRequest request, FakeAnswer answer) {
        this.transport = transport;
        this.request = request;
        this.answer = answer;
        this.body = new FakeBody(this, answer.steps());
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response.minimalCompletionStage();
    }

    @Override
    public boolean mayHaveBeenSent() {
        return sent;
    }

    @Override
    public void cancel() {
        end(Kind.CANCELLED);
    }

    /** Runs the answer up to its first gate. */
    void start() {
        if (ended.get()) {
            return;
        }
        if (answer.isSent()) {
            sent = true;
            request.onSent().run();
        }
        Kind failure = answer.failure();
        Gate gate = answer.beforeHead();
        if (failure != null) {
            end(failure);
        } else if (gate == null) {
            arrive();
        } else {
            gate.whenOpen(this::arrive);
        }
    }

    /** Ends the call with an error, unless it has ended. */
    void end(Kind kind) {
        if (finish(kind == Kind.CANCELLED)) {
            TransportException failure = new TransportException(kind, "the fake call ended: " + kind, null);
            body.fail(failure);
            response.completeExceptionally(failure);
        }
    }

    /**
     * The only way in which a call ends.
     *
     * @return false if it had ended before
     */
    boolean finish(boolean byCancel) {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            transport.ended(this, byCancel);
        }
        return first;
    }

    private void arrive() {
        response.complete(TransportResponse.of(answer.status(), answer.headers(), body, this::cancel));
    }
}
