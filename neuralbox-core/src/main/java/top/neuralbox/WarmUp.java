package top.neuralbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A warm-up of a client, from its start to its single end. The transport opens connections, and meanwhile a {@link Rehearsal}
 * loads classes. It sends no request, so it costs nothing, and no listener is notified.
 */
final class WarmUp implements CallRegistry.CloseListener {

    private final ClientSettings settings;
    private final CallRegistry registry;
    private final Executor settler;
    private final AtomicInteger open = new AtomicInteger(2);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private volatile @Nullable CompletableFuture<Void> connecting;

    /**
     * A warm-up that has not started.
     *
     * @param settler completes the future
     */
    WarmUp(ClientSettings settings, CallRegistry registry, Executor settler) {
        this.settings = settings;
        this.registry = registry;
        this.settler = settler;
    }

    /** Starts it. Call this once. Completing the future from outside ends the warm-up. */
    CompletableFuture<Void> start(int connections) {
        var unused = result.whenComplete((nothing, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (!registry.add(this)) {
            clientClosed();
            return result;
        }
        try {
            settings.requireThreads();
            connect(settings.transport()
                    .warmUp(
                            settings.endpoint(),
                            connections,
                            settings.timeouts().connect()));
            // Loading classes takes too long for an event loop.
            settings.callbacks().execute(this::rehearse);
        } catch (Throwable foreign) {
            failed(foreign);
        }
        return result;
    }

    @Override
    public void clientClosed() {
        cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
    }

    private void connect(CompletableFuture<Void> opened) {
        connecting = opened;
        if (ended.get()) {
            opened.cancel(false);
        }
        var unused = opened.whenComplete((nothing, error) -> partEnded(error));
    }

    private void rehearse() {
        try {
            if (!ended.get()) {
                var unused = Rehearsal.run(settings).whenComplete((nothing, error) -> partEnded(error));
            }
        } catch (Throwable defect) {
            failed(defect);
        }
    }

    private void partEnded(@Nullable Throwable error) {
        if (error != null) {
            failed(error);
        } else if (open.decrementAndGet() == 0) {
            end(() -> result.complete(null));
        }
    }

    private void failed(Throwable error) {
        fail(TransportFailures.beforeHead(error, settings.timeouts().connect()));
    }

    private void cancel(GenerationCancelledException.Reason reason) {
        fail(facts -> new GenerationCancelledException(reason, facts));
    }

    private void fail(Failure failure) {
        // Nothing was sent.
        CallFacts facts = CallFacts.NONE.with(BillingState.NOT_CHARGED, null);
        end(() -> result.completeExceptionally(failure.in(facts)));
    }

    /** The only end. */
    private void end(Runnable settle) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        registry.remove(this);
        CompletableFuture<Void> attempt = connecting;
        if (attempt != null) {
            try {
                attempt.cancel(false);
            } catch (Throwable t) {
                Log.transportThrew(t);
            }
        }
        settler.execute(settle);
    }
}
