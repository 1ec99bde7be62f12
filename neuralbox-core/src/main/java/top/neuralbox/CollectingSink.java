package top.neuralbox;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a call to its end without handing events out, and settles a future with what the caller wants of it. */
final class CollectingSink<T> implements EventSink {

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Function<GenerationCall, T> wanted;
    private final Executor settler;
    private @Nullable GenerationCall call;
    private volatile boolean settling;

    /**
     * A sink without a call.
     *
     * @param settler where the future is settled
     */
    CollectingSink(Function<GenerationCall, T> wanted, Executor settler) {
        this.wanted = wanted;
        this.settler = settler;
    }

    /** The result of this call, which is cancelled if the future is settled by anyone else. */
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
            // The generation is complete and paid; whatever the connection does now, the caller need not wait for it.
            settling = true;
            T value = wanted.apply(Objects.requireNonNull(call));
            settler.execute(() -> result.complete(value));
        }
    }

    @Override
    public void ended(@Nullable NeuralBoxException error) {
        if (error != null) {
            settling = true;
            settler.execute(() -> result.completeExceptionally(error));
        }
    }

    @Override
    public void ready(GenerationCall call) {
        call.drive();
    }
}
