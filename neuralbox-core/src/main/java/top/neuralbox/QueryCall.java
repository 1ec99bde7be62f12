package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.json.MalformedJsonException;
import top.neuralbox.transport.TransportResponse;

/**
 * A query for one resource, from its start to its single end, {@link #end}. It costs nothing, so no listener is notified. It
 * has no stages that a caller could see, so it needs no turns: the first result completes the future.
 */
final class QueryCall<T> implements RetryLoop.SendingListener, StreamTimers.TimeoutListener, CallRegistry.DrainedCall {

    /** Decodes a body into the requested value. */
    @FunctionalInterface
    interface Decoder<T> {
        T decode(byte[] body, ResponseContext response) throws MalformedJsonException;
    }

    private final CallRegistry registry;
    private final RequestTemplate template;
    private final Decoder<T> decoder;
    private final boolean isPart;
    private final Executor settler;
    private final StreamTimers timers;
    private final RetryLoop sending;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /**
     * A query that has not started.
     *
     * @param isPart whether another call makes the query, so that a drain does not refuse it
     * @param info what a budget learns about the query
     * @param context the context in which the supplier of keys runs
     * @param settler completes the future
     */
    QueryCall(
            ClientSettings settings,
            CallRegistry registry,
            RequestTemplate template,
            Decoder<T> decoder,
            boolean isPart,
            GenerationInfo info,
            CarriedContext context,
            Executor settler) {
        this.registry = registry;
        this.isPart = isPart;
        this.template = template;
        this.decoder = decoder;
        this.settler = settler;
        this.timers = new StreamTimers(settings.delayer(), settings.timeouts(), this);
        this.sending = new RetryLoop(
                settings, template, settings.timeouts(), timers, context.around(settings.callbacks()), info, this);
    }

    /** Sends the request. Call this once. Completing the future from outside cancels the query. */
    CompletableFuture<T> send() {
        var unused = result.whenComplete((value, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (isPart ? registry.add(this) : registry.begin(this)) {
            timers.started();
            sending.start();
        } else {
            failed(registry.refusal());
        }
        return result;
    }

    /** Ends the query for this reason, unless it has ended. Called from any thread. The connection is freed at once. */
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
            value = decoder.decode(body, sending.context());
        } catch (MalformedJsonException e) {
            failed(AnswerGate.unreadable("cannot be read: " + e.getMessage(), e));
            return;
        }
        end(null, () -> result.complete(value));
    }

    @Override
    public void failed(Failure failure) {
        NeuralBoxException error = failure.in(facts());
        if (end(error, () -> result.completeExceptionally(error))) {
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

    /** The only end of the query. Returns whether this call of the method ended it. */
    private boolean end(@Nullable NeuralBoxException error, Runnable settle) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        timers.stop();
        settler.execute(() -> {
            try {
                settle.run();
            } finally {
                registry.remove(this);
                registry.ended(this, null, error);
            }
        });
        return true;
    }

    @Override
    public DrainResult.Cut cut() {
        return new DrainResult.Cut(
                null, new GenerationCancelledException(GenerationCancelledException.Reason.CLIENT_CLOSED, facts()));
    }

    /** The facts of a query, which costs nothing itself, however it ended. */
    private CallFacts facts() {
        CallFacts facts = sending.facts(template.about(), false, false);
        BillingState bill = template.bill();
        return bill == null ? facts : facts.with(bill, facts.retryAfter());
    }
}
