package top.neuralbox;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.transport.TransportResponse;

/**
 * Asks for one resource, from its start to its one end, {@link #end}. It costs nothing, so no listener hears of it, and
 * has no stages that a caller could see, so it needs no turns: whatever comes first settles the future.
 */
final class QueryCall<T> implements RetryLoop.Target, StreamTimers.Target, CallRegistry.Call {

    /** Makes of a body what was asked for. */
    @FunctionalInterface
    interface Decoder<T> {
        T decode(byte[] body, RetryLoop sending) throws MalformedEventException;
    }

    private final CallRegistry registry;
    private final Decoder<T> decoder;
    private final Executor settler;
    private final StreamTimers timers;
    private final RetryLoop sending;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /**
     * A call that stands still.
     *
     * @param context what the supplier of keys is to find on its thread
     * @param settler where the future is settled
     */
    QueryCall(
            ClientSettings settings,
            CallRegistry registry,
            Outgoing outgoing,
            Decoder<T> decoder,
            CarriedContext context,
            Executor settler) {
        this.registry = registry;
        this.decoder = decoder;
        this.settler = settler;
        this.timers = new StreamTimers(settings.delayer(), settings.timeouts(), this);
        this.sending = new RetryLoop(
                settings, outgoing, settings.timeouts(), timers, context.around(settings.callbacks()), this);
    }

    /** Sends the request. Once. Settling the future from outside gives the call up. */
    CompletableFuture<T> send() {
        var unused = result.whenComplete((value, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (registry.add(this)) {
            timers.started();
            sending.start(Map.of());
        } else {
            clientClosed();
        }
        return result;
    }

    /** Ends the call for this reason, unless it has ended. From any thread. The connection is freed at once. */
    void cancel(GenerationCancelledException.Reason reason) {
        failed(facts -> new GenerationCancelledException(reason, facts));
    }

    @Override
    public void clientClosed() {
        cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
    }

    @Override
    public void sent(int attempt) {}

    @Override
    public void head(int status) {}

    @Override
    public void resending(int attempt, Failure reason, Duration wait) {
        Log.resend(attempt, reason.in(facts()), wait);
    }

    @Override
    public void streaming(TransportResponse response) {
        throw new IllegalStateException("a query asks for no stream");
    }

    @Override
    public void answering() {
        timers.streaming();
        timers.waiting();
    }

    @Override
    public void answered(byte[] body) {
        T value;
        try {
            value = decoder.decode(body, sending);
        } catch (MalformedEventException e) {
            failed(AnswerGate.unreadable("cannot be read: " + e.getMessage(), e));
            return;
        }
        end(() -> result.complete(value));
    }

    @Override
    public void failed(Failure failure) {
        if (end(() -> result.completeExceptionally(failure.in(facts())))) {
            try {
                sending.cancel();
            } catch (Throwable t) {
                Log.transportThrew(t);
            }
        }
    }

    @Override
    public void timedOut(Timer timer, Duration limit) {
        failed(facts -> new GenerationTimeoutException(timer, limit, null, facts));
    }

    /** The one way to the end; whether it was this one. */
    private boolean end(Runnable settle) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        timers.stop();
        registry.remove(this);
        settler.execute(settle);
        return true;
    }

    /** Asking costs nothing, whatever became of it. */
    private CallFacts facts() {
        CallFacts facts = sending.facts(PartialGeneration.NOTHING, false, false);
        return facts.with(BillingState.NOT_CHARGED, facts.retryAfter());
    }
}
