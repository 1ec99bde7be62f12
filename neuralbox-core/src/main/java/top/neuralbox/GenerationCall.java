package top.neuralbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.transport.TransportResponse;

/**
 * One paid call, from its start to its one end. Whatever happens to it happens in {@link Turns}, so nothing below needs a
 * lock, and nothing is locked while foreign code runs.
 *
 * <p>It ends in {@link #end}, by whichever comes first: the stream's own end, or {@link #abort}, which is the way of
 * cancellations, time-outs and attempts that failed.
 */
final class GenerationCall
        implements RetryLoop.Target,
                AnswerGate.Target,
                StreamTimers.Target,
                BodyInbox.Receiver,
                EventDelivery.Target,
                CallRegistry.Call {

    private static final AtomicReferenceFieldUpdater<GenerationCall, @Nullable Failure> ABORTED =
            AtomicReferenceFieldUpdater.newUpdater(GenerationCall.class, Failure.class, "aborted");

    /** How long {@code [DONE]} or the end of the body is waited for once the generation is known to be complete. */
    private static final long AFTER_END_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ClientSettings settings;
    private final Settlement.Reserving reserving;
    private final GenerationRequest request;
    private final boolean stream;
    private final CallRegistry registry;
    private final EventSink sink;
    private final KeptText text;
    private final Turns turns;
    private final CarriedContext context;
    private final StreamTimers timers;
    private final RetryLoop sending;
    private final BodyInbox inbox;

    /** What the steps of sending have to tell, to be done in turn. */
    private final Queue<Runnable> notices = new ConcurrentLinkedQueue<>();

    private volatile boolean noticed;

    private volatile @Nullable Failure aborted;
    private volatile boolean ended;

    /** The rest belongs to whoever has the turn. */
    private boolean started;

    private ListenerFence listener = ListenerFence.NOBODY;
    private @Nullable EventReader reader;
    private @Nullable EventDelivery delivery;
    private @Nullable Answer answer;
    private @Nullable Settlement settlement;
    private boolean endDelivered;
    private Delayer.Cancellable afterEnd = () -> {};

    /**
     * A call that stands still.
     *
     * @param context what its callbacks are to find on their threads
     * @param executor where its turns are taken; null means the engine's thread, or a callback thread
     */
    GenerationCall(
            ClientSettings settings,
            CallRegistry registry,
            Settlement.Reserving reserving,
            GenerationRequest request,
            Outgoing outgoing,
            EventSink sink,
            KeptText text,
            CarriedContext context,
            @Nullable Executor executor) {
        Timeouts own = request.timeouts();
        Timeouts timeouts = own == null ? settings.timeouts() : own;
        this.settings = settings;
        this.registry = registry;
        this.reserving = reserving;
        this.request = request;
        this.stream = outgoing.stream();
        this.sink = sink;
        this.text = text;
        this.context = context;
        this.turns = new Turns(
                this::advanceOrAbort, this::turnGivenBack, executor, settings.callbacks(), settings.delayer());
        this.timers = new StreamTimers(settings.delayer(), timeouts, this);
        this.sending = new RetryLoop(settings, outgoing, timeouts, timers, context.around(settings.callbacks()), this);
        this.inbox = new BodyInbox(settings.delayer(), timers, this);
    }

    /** Sends the request now, whether or not events are wanted yet, and lets the call advance. Once, instead of open. */
    void send() {
        startOrAbort();
        turns.begin();
    }

    /** Lets the call advance from now on; it sends the request when the first event is wanted. Once. */
    void open() {
        if (!settled() && sink.wants()) {
            startOrAbort();
        }
        turns.begin();
    }

    /**
     * Lets the call advance as far as it can, now or by the thread that is at it, on the client's executor if it has one. By a
     * thread of the engine, or by the reader's.
     */
    void drive() {
        turns.ask();
    }

    /** More events are wanted. From any thread: what can be handed over at once is handed over by another. */
    void wanted() {
        if (turns.claim()) {
            if (hasSignals()) {
                turns.handOver();
            } else {
                turns.leaveElsewhere();
            }
        }
    }

    /**
     * Ends the call for this reason, unless it has ended. From any thread. The connection is freed at once; what there is to
     * tell is told by another thread.
     */
    void abort(Failure reason) {
        if (ended || !ABORTED.compareAndSet(this, null, reason)) {
            return;
        }
        // Taken before, so that nothing which the cancelled transport says is told on this thread.
        boolean turn = turns.claim();
        try {
            sending.cancel();
        } catch (Throwable t) {
            Log.transportThrew(t);
        }
        if (turn) {
            turns.handOverSoon();
        } else {
            turns.hurry();
        }
    }

    void cancel(GenerationCancelledException.Reason reason) {
        abort(facts -> new GenerationCancelledException(reason, facts));
    }

    /** Not even the tail of a body may stay behind. */
    @Override
    public void clientClosed() {
        if (ended) {
            sending.cancel();
        } else {
            cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
            turns.hurryWithoutTimers();
        }
    }

    /** Whether the call has ended or is about to. */
    @Override
    public boolean settled() {
        return ended || aborted != null;
    }

    /** A reader's thread is about to wait for events. */
    void waiting() {
        timers.waiting();
    }

    /** The result, once the last event was handed over. */
    Generation generation() {
        PartialGeneration whole = partial();
        Billing billing = whole.billing();
        return new Generation(
                whole, billing == null ? Billing.of(null, null) : billing, sending.rateLimits(), sending.requestId());
    }

    /** The answer that came in one piece, once the last event was handed over. */
    GenerationAnswer answer() {
        return publicAnswer(Objects.requireNonNull(answer));
    }

    @Override
    public void sent(int attempt) {
        inTurn(() -> listener.sent(attempt));
    }

    @Override
    public void head(int status) {
        inTurn(() -> listener.head(status));
    }

    @Override
    public void resending(int attempt, Failure reason, Duration wait) {
        NeuralBoxException why = reason.in(facts(null));
        Log.resend(attempt, why, wait);
        inTurn(() -> listener.retry(attempt, why, wait));
    }

    @Override
    public void streaming(TransportResponse response) {
        inTurn(() -> {
            read();
            timers.streaming();
            response.body().subscribe(inbox);
        });
    }

    @Override
    public void answering() {
        inTurn(() -> {
            timers.streaming();
            if (sink.pushes()) {
                timers.waiting();
            }
        });
    }

    @Override
    public void answered(byte[] body) {
        AnswerGate.pass(body, stream, this, sending::redacted);
    }

    @Override
    public void accepted(Answer answer) {
        inTurn(() -> {
            this.answer = answer;
            read().answer(answer, settings.delayer().nanoTime());
            inbox.onComplete();
        });
    }

    @Override
    public void notAStream(Answer answer, String message) {
        abort(facts -> new NotAStreamException(message, publicAnswer(answer), facts.with(answer)));
    }

    @Override
    public void failed(Failure failure) {
        abort(failure);
    }

    @Override
    public void timedOut(Timer timer, Duration limit) {
        abort(facts -> new GenerationTimeoutException(timer, limit, null, facts));
    }

    private void inTurn(Runnable notice) {
        notices.add(notice);
        noticed = true;
        drive();
    }

    @Override
    public boolean readAtOnce(ByteBuffer chunk, long arrival) {
        if (!sink.pushes() || !turns.enter()) {
            return false;
        }
        boolean read = false;
        CallContext.Scope scope = context.enter();
        try {
            EventDelivery to = delivery;
            read = to != null && !noticed && !settled() && to.readAtOnce(chunk, arrival);
        } catch (Throwable t) {
            abort(TransportFailures.inBody(t));
        } finally {
            CarriedContext.leave(scope);
        }
        turns.leave();
        return read;
    }

    @Override
    public void ready() {
        sink.ready(this);
    }

    /** Whether there is something to tell or to hand over. Does what demand asks for beside that. */
    private boolean hasSignals() {
        if (!started && !settled() && sink.wants()) {
            startOrAbort();
        }
        EventDelivery events = delivery;
        return noticed || aborted != null || (events != null && !ended && !events.restsOnDemand());
    }

    private void startOrAbort() {
        CallContext.Scope scope = context.enter();
        try {
            start();
        } catch (Throwable t) {
            abort(TransportFailures.inBody(t));
        } finally {
            CarriedContext.leave(scope);
        }
    }

    private void advanceOrAbort() {
        CallContext.Scope scope = context.enter();
        try {
            advance();
        } catch (Throwable t) {
            // A turn that is not given back would leave the call without an end.
            abort(TransportFailures.inBody(t));
        } finally {
            CarriedContext.leave(scope);
        }
    }

    private void turnGivenBack() {
        if (!sink.pushes()) {
            // A reader that came while this thread had the turn went to wait.
            sink.ready(this);
        }
    }

    private void advance() {
        if (noticed) {
            noticed = false;
            for (Runnable notice = notices.poll(); notice != null && !ended; notice = notices.poll()) {
                notice.run();
            }
        }
        Failure reason = aborted;
        if (ended) {
            return;
        }
        if (reason != null) {
            try {
                if (delivery != null) {
                    delivery.absorb();
                }
            } finally {
                end(reason);
            }
        } else if (!started && sink.wants()) {
            start();
        } else if (delivery != null) {
            delivery.goOn();
        }
    }

    private void start() {
        started = true;
        GenerationInfo info = new GenerationInfo(
                settings.name(), settings.transport().name(), request.model(), request.assistantId(), request.tenant());
        listener = ListenerFence.started(settings.listeners(), info);
        Settlement bill = new Settlement(info, settings.listeners());
        settlement = bill;
        if (!hasThreads()) {
            return;
        }
        if (registry.add(this)) {
            timers.started();
            Map<String, String> headers = listener.requestHeaders();
            bill.reserve(reserving, request, () -> granted(headers), refusal -> abort(facts -> refusal));
        } else {
            cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
        }
    }

    /** A call that could not be told how it ends is not sent. */
    private boolean hasThreads() {
        try {
            settings.requireThreads();
            return true;
        } catch (Throwable noThread) {
            abort(facts -> new ConnectionException(
                    ConnectionException.Reason.OTHER, "no thread can be made for the call", noThread, facts));
            return false;
        }
    }

    /** On whichever thread the budget grants: nothing is told there. */
    private void granted(Map<String, String> headers) {
        boolean turn = turns.claim();
        sending.start(headers);
        if (turn) {
            turns.leaveElsewhere();
        }
    }

    @Override
    public void completing() {
        endDelivered = true;
        conclude(null);
        afterEnd = settings.delayer().after(AFTER_END_NANOS, () -> cancel(GenerationCancelledException.Reason.CALLER));
    }

    @Override
    public void sinkThrew(Throwable thrown) {
        listener.subscriberThrew(thrown);
        abort(facts -> new GenerationCancelledException(GenerationCancelledException.Reason.CALLER, thrown, facts));
    }

    @Override
    public void delivered(@Nullable Failure reason) {
        end(reason);
    }

    /** The one way to the end of the call. Once {@code generation_end} was handed over, no reason makes it fail. */
    private void end(@Nullable Failure reason) {
        ended = true;
        turns.over();
        timers.stop();
        afterEnd.cancel();
        NeuralBoxException error = endDelivered || reason == null ? null : reason.in(facts(reader));
        release();
        if (started && !endDelivered) {
            conclude(error);
        }
        try {
            sink.ended(error);
        } catch (Throwable t) {
            Log.subscriberThrew(t);
        }
    }

    /**
     * Tells what came of it, once. Whoever has the result may rely on the budget, the ledger and the meters: this comes
     * before the last event is handed over, and nothing that follows it can change the outcome.
     */
    private void conclude(@Nullable NeuralBoxException error) {
        GenerationOutcome outcome = outcome(error);
        if (settlement != null) {
            settlement.ended(outcome);
        }
        listener.ended(error, outcome.billingState(), outcome.billing(), outcome.attempts());
    }

    private GenerationOutcome outcome(@Nullable NeuralBoxException error) {
        BillingState state = error == null ? stateOfTheBill() : error.billingState();
        // An answer that does not stream has its bill in the exception alone.
        Billing billing = error != null ? error.partial().billing() : reader == null ? null : reader.billing();
        return GenerationOutcome.of(error, state, billing, sending.attempts());
    }

    /** A generation that completed was charged; a result that is still to come may be. */
    private BillingState stateOfTheBill() {
        return answer != null && answer.pending() ? BillingState.UNKNOWN : BillingState.CHARGED;
    }

    /** Gives the connection back if the stream came to its end, and up if it did not. */
    private void release() {
        boolean tail = reader != null && reader.done() && !inbox.ended();
        if (tail) {
            inbox.drainInto(new TailDrain(settings.delayer(), sending::cancel, () -> registry.remove(this)));
        } else {
            registry.remove(this);
            if (!inbox.ended()) {
                sending.cancel();
            }
        }
    }

    private GenerationAnswer publicAnswer(Answer answer) {
        return GenerationAnswer.of(answer, sending.rateLimits(), sending.requestId(), settlement);
    }

    /** Begins to read what comes, or has come. */
    private EventReader read() {
        EventReader events = new EventReader(settings.limits(), text, listener, sending::redacted);
        reader = events;
        delivery = new EventDelivery(sink, timers, inbox, events, this);
        return events;
    }

    private CallFacts facts(@Nullable EventReader from) {
        return from == null
                ? sending.facts(PartialGeneration.NOTHING, false, false)
                : sending.facts(from.partial(), from.anyEvent(), from.completed());
    }

    private PartialGeneration partial() {
        return reader == null ? PartialGeneration.NOTHING : reader.partial();
    }
}
