package top.neuralbox;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads a call to its end without handing events out, and settles a future with the result. */
final class CollectingSink implements EventSink {

    private final CompletableFuture<Generation> result = new CompletableFuture<>();
    private @Nullable GenerationCall call;
    private volatile boolean settling;

    /** The result of this call, which is cancelled if the future is settled by anyone else. */
    CompletableFuture<Generation> collect(GenerationCall call) {
        this.call = call;
        var unused = result.whenComplete((generation, error) -> {
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
            result.complete(Objects.requireNonNull(call).generation());
        }
    }

    @Override
    public void ended(@Nullable NeuralBoxException error) {
        if (error != null) {
            settling = true;
            result.completeExceptionally(error);
        }
    }

    @Override
    public void ready(GenerationCall call) {
        call.drive();
    }
}
