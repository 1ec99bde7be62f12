package top.neuralbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits on the caller's thread. */
final class BlockingWait {

    private BlockingWait() {}

    /**
     * Waits for the result. An interrupt gives the work up. The thread still waits for the end of the work, which is then
     * near, and keeps its interrupt flag.
     *
     * @throws NeuralBoxException if the work failed
     */
    static <T> T forResult(CompletableFuture<T> result, Runnable giveUp) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    giveUp.run();
                } catch (ExecutionException e) {
                    throw thrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException thrown(@Nullable Throwable failure) {
        return failure instanceof NeuralBoxException known ? known : new CompletionException(failure);
    }
}
