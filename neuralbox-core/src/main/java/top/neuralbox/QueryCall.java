package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.MemoryWait;
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

    private final ClientSettings settings;
    private final CallRegistry registry;
    private final RequestTemplate template;
    private final Decoder<T> decoder;
    private final boolean isPart;
    private final GenerationInfo info;
    private final CarriedContext context;
    private final Executor settler;
    private final @Nullable QueryCall<T> previous;
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
        this(settings, registry, template, decoder, isPart, info, context, settler, null);
    }

    private QueryCall(
            ClientSettings settings,
            CallRegistry registry,
            RequestTemplate template,
            Decoder<T> decoder,
            boolean isPart,
            GenerationInfo info,
            CarriedContext context,
            Executor settler,
            @Nullable QueryCall<T> previous) {
        this.settings = settings;
        this.registry = registry;
        this.template = template;
        this.decoder = decoder;
        this.isPart = isPart;
        this.info = info;
        this.context = context;
        this.settler = settler;
        this.previous = previous;
        this.timers = new StreamTimers(settings.delayer(), settings.timeouts(), this);
        this.sending = new RetryLoop(
                settings, template, settings.timeouts(), timers, context.around(settings.callbacks()), info, this);
    }

    /**
     * The same query at another path, after the service did not know this one's. Send it from a stage of {@link #result} that was
     * added before this one was sent: a drain then waits for it, and counts both as one.
     */
    QueryCall<T> at(RequestTemplate other) {
        return new QueryCall<>(settings, registry, other, decoder, isPart, info, context, settler, this);
    }

    /** Sends the request. Call this once. Completing the future from outside cancels the query. */
    CompletableFuture<T> send() {
        return send(Runnable::run);
    }

    /** As {@link #send()}. The query is registered at once, and the executor runs the rest: the supplier of keys may block. */
    CompletableFuture<T> send(Executor starter) {
        var unused = result.whenComplete((value, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (!register()) {
            failed(registry.refusal());
            return result;
        }
        try {
            starter.execute(this::start);
        } catch (Throwable t) {
            failed(TransportFailures.inBody(t));
        }
        return result;
    }

    /** The future that {@link #send} returns too. */
    CompletableFuture<T> result() {
        return result;
    }

    private void start() {
        if (ended.get()) {
            return;
        }
        try {
            timers.started();
            sending.start();
        } catch (Throwable t) {
            // A callback thread would only log it.
            failed(t instanceof OutOfMemoryError ? TransportFailures.NO_MEMORY : TransportFailures.inBody(t));
        }
        if (ended.get()) {
            timers.stop();
        }
    }

    private boolean register() {
        if (previous != null) {
            return registry.replace(previous, this);
        }
        return isPart ? registry.add(this) : registry.begin(this);
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
        // The end may run the application's executor, which must not hold up the timer's thread.
        settings.callbacks().execute(() -> failed(facts -> new GenerationTimeoutException(timer, limit, null, facts)));
    }

    /** The only end of the query. Returns whether this call of the method ended it. */
    private boolean end(@Nullable NeuralBoxException error, Runnable settle) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        timers.stop();
        for (int tries = 0; ; tries++) {
            try {
                settler.execute(() -> deliver(error, settle));
                return true;
            } catch (OutOfMemoryError full) {
                // The future would never complete.
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private void deliver(@Nullable NeuralBoxException error, Runnable settle) {
        try {
            MemoryWait.run(settle);
        } catch (OutOfMemoryError stillFull) {
            // It is given up. The caller of this method would try again.
            Log.outOfMemory(stillFull);
        } finally {
            registry.remove(this);
            registry.ended(this, null, error);
        }
    }

    @Override
    public DrainResult.Cut cut() {
        return new DrainResult.Cut(
                null, new GenerationCancelledException(GenerationCancelledException.Reason.CLIENT_CLOSED, facts()));
    }

    /** What was sent and received, even if the transport throws as it is asked: the query must still end. */
    private CallFacts sent() {
        try {
            return sending.facts(template.about(), false, false);
        } catch (Throwable t) {
            Log.transportThrew(t);
            return CallFacts.NONE.with(template.about());
        }
    }

    /** The facts of a query, which costs nothing itself, however it ended. */
    private CallFacts facts() {
        CallFacts facts = sent();
        BillingState bill = template.bill();
        return bill == null ? facts : facts.with(bill, facts.retryAfter());
    }
}
