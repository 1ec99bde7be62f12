package top.neuralbox;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.MemoryWait;

/** A sink that reads a call to its end, delivers no events, and completes a future with the result. */
final class CollectingSink<T> implements EventSink {

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Function<GenerationCall, T> wanted;
    private final Executor settler;
    private @Nullable GenerationCall call;
    private final AtomicBoolean delivered = new AtomicBoolean();
    private volatile boolean settling;

    /**
     * A sink without a call.
     *
     * @param wanted makes the result from the call
     * @param settler completes the future
     */
    CollectingSink(Function<GenerationCall, T> wanted, Executor settler) {
        this.wanted = wanted;
        this.settler = settler;
    }

    /** Sends the call and returns its result. If any other code completes or cancels the future, the call is cancelled. */
    CompletableFuture<T> collect(GenerationCall call) {
        this.call = call;
        var unused = result.whenComplete((wanted, error) -> {
            if (!settling) {
                call.cancel(GenerationCancelledException.Reason.CALLER);
            }
        });
        call.send();
        return result;
    }

    @Override
    public boolean endsLater() {
        return true;
    }

    @Override
    public boolean pushes() {
        return true;
    }

    @Override
    public boolean wants() {
        return true;
    }

    @Override
    public void event(GenerationEvent event) {
        if (event instanceof GenerationEvent.End) {
            // The generation is complete and charged. The caller need not wait for the end of the connection.
            settling = true;
            settle(null);
        }
    }

    @Override
    public void ended(@Nullable NeuralBoxException error) {
        if (error != null) {
            settling = true;
            settle(error);
        }
    }

    /** Completes the future on the settler. Tries again if there is no memory, because the future would never complete. */
    private void settle(@Nullable NeuralBoxException error) {
        T value = null;
        for (int tries = 0; ; tries++) {
            try {
                if (error == null && value == null) {
                    value = wanted.apply(Objects.requireNonNull(call));
                }
                T result = value;
                settler.execute(() -> settle(result, error));
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Completes the future. May run twice, if the executor accepts the task and then runs out of memory. */
    private void settle(@Nullable T value, @Nullable NeuralBoxException error) {
        for (int tries = 0; ; tries++) {
            try {
                if (error != null) {
                    result.completeExceptionally(error);
                } else {
                    result.complete(Objects.requireNonNull(value));
                }
                if (delivered.compareAndSet(false, true)) {
                    Objects.requireNonNull(call).delivered();
                }
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    @Override
    public void ready(GenerationCall call) {
        call.drive();
    }
}
