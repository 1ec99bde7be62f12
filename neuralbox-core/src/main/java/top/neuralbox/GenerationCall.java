package top.neuralbox;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.DrainLoop;
import top.neuralbox.concurrent.MemoryWait;
import top.neuralbox.transport.TransportResponse;

/**
 * One paid call, from its start to its single end. Everything happens in {@link DrainLoop}, so this class needs no lock, and
 * holds no lock while foreign code runs.
 *
 * <p>The call ends in {@link #end}. Either the stream ends by itself, or {@link #abort} ends the call, for a cancellation, a
 * time-out or a failed attempt. The first one counts.
 */
final class GenerationCall
        implements RetryLoop.SendingListener,
                StreamTimers.TimeoutListener,
                ResponseEvents.DeliveryListener,
                CallRegistry.DrainedCall {

    private static final AtomicReferenceFieldUpdater<GenerationCall, @Nullable Failure> ABORTED =
            AtomicReferenceFieldUpdater.newUpdater(GenerationCall.class, Failure.class, "aborted");

    /** How long the call waits for {@code [DONE]} or the end of the body once the generation is complete. */
    private static final long AFTER_END_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Created beforehand, because a cancel that found no memory would have no effect. */
    private static final Map<GenerationCancelledException.Reason, Failure> CANCELLATIONS =
            new EnumMap<>(GenerationCancelledException.Reason.class);

    /** Used when there is no memory to load {@link TransportFailures}, so it is loaded with this class. */
    private static final Failure NO_MEMORY = TransportFailures.NO_MEMORY;

    /**
     * The steps of the end, in order. A step that finds no memory is repeated. A step that throws anything else is passed over:
     * a class whose initializer has found no memory never works again.
     */
    private enum EndStep {
        STOP,
        NAME,
        RELEASE,
        CONCLUDE,
        TELL,
        TOLD;

        EndStep next() {
            return switch (this) {
                case STOP -> NAME;
                case NAME -> RELEASE;
                case RELEASE -> CONCLUDE;
                case CONCLUDE -> TELL;
                case TELL, TOLD -> TOLD;
            };
        }
    }

    /**
     * For a call whose own exception cannot be created at all. It knows nothing, not even whether it was charged. Created
     * beforehand, although its stack trace then shows this place.
     */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    private static final NeuralBoxException LAST_RESORT = NO_MEMORY.in(new CallFacts(
            NeuralBoxException.Phase.STREAM,
            1,
            Duration.ZERO,
            Duration.ZERO,
            200,
            null,
            null,
            BillingState.UNKNOWN,
            RateLimits.unknown(),
            ResponseHeaders.NONE,
            PartialGeneration.NOTHING));

    static {
        for (GenerationCancelledException.Reason reason : GenerationCancelledException.Reason.values()) {
            CANCELLATIONS.put(reason, facts -> new GenerationCancelledException(reason, facts));
        }
    }

    private final ClientSettings settings;
    private final Settlement.Reserving reserving;
    private final GenerationRequest request;
    private final GenerationInfo info;
    private final boolean stream;
    private final CallRegistry registry;
    private final EventSink sink;
    private final KeptText text;
    private final DrainLoop turns;
    private final CarriedContext context;
    private final StreamTimers timers;
    private final RetryLoop sending;

    /** Signals from the steps of sending. The thread that has the turn delivers them. */
    private final Queue<Runnable> notices = new ConcurrentLinkedQueue<>();

    private volatile boolean noticed;

    /** The call's slot among those of the client, if they are limited. */
    private volatile AdmissionQueue.@Nullable Slot slot;

    private volatile @Nullable Failure aborted;

    /** Whether the call that is to end has taken what the transport held. */
    private volatile boolean restTaken;

    private volatile boolean ended;

    /** The events of the response, for the thread that ends the call. */
    private volatile @Nullable ResponseEvents unread;

    /** The reader of the response, for a drain that finds a callback stuck. */
    private volatile @Nullable EventReader reader;

    /** How the call ended, for a drain that finds its end not delivered. */
    private volatile @Nullable GenerationOutcome concluded;

    /** How often {@link #delivered} has to be called before the end has reached the caller. */
    private final AtomicInteger undelivered;

    /** The thread that starts the call now; it has the turn. */
    private volatile @Nullable Thread starter;

    /** Only the thread that has the turn uses this and the fields below. */
    private boolean started;

    private boolean waitTold;
    private ListenerFence listener = ListenerFence.NOBODY;
    private @Nullable ResponseEvents events;
    private @Nullable Answer answer;
    private @Nullable Settlement settlement;
    private boolean endDelivered;
    private EndStep endStep = EndStep.STOP;
    private @Nullable Failure endReason;
    private @Nullable NeuralBoxException endError;
    private Delayer.Cancellable afterEnd = () -> {};

    /**
     * A call that has not started.
     *
     * @param context the context in which its callbacks run
     * @param executor runs its turns; null means the engine's thread, or a callback thread
     */
    GenerationCall(
            ClientSettings settings,
            CallRegistry registry,
            Settlement.Reserving reserving,
            GenerationRequest request,
            RequestTemplate template,
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
        this.info = new GenerationInfo(
                settings.name(), settings.transport().name(), settings.endpoint(), template.stream(), request);
        this.stream = template.stream();
        this.sink = sink;
        this.text = text;
        this.undelivered = new AtomicInteger(sink.endsLater() ? 2 : 1);
        this.context = context;
        this.turns = new DrainLoop(
                this::advanceOrAbort, this::turnGivenBack, executor, settings.callbacks(), settings.watch());
        this.timers = new StreamTimers(settings.delayer(), timeouts, this);
        this.sending =
                new RetryLoop(settings, template, timeouts, timers, context.around(settings.callbacks()), info, this);
    }

    /** Sends the request now, even without demand, and lets the call advance. Call this once, instead of {@link #open}. */
    void send() {
        startOrAbort();
        turns.begin();
    }

    /** Lets the call advance from now on. The first demand sends the request. Call this once. */
    void open() {
        if (!settled() && (sink.wants() || registry.isRefusing())) {
            startOrAbort();
        }
        turns.begin();
    }

    /**
     * Lets the call advance as far as it can: on this thread, or on the thread that has the turn, or on the client's executor
     * if there is one. Called by a thread of the engine or by the reader's thread.
     */
    void drive() {
        turns.ask();
    }

    /** The demand has grown. Called from any thread. Another thread delivers the events that are there already. */
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
     * Ends the call for this reason, unless it has ended. Called from any thread. The connection is freed at once; another
     * thread delivers the signals.
     */
    void abort(Failure reason) {
        if (ended || !ABORTED.compareAndSet(this, null, reason)) {
            return;
        }
        // The turn is claimed first, so that no signal of the cancelled transport is delivered on this thread.
        boolean turn = turns.claim();
        takeRest();
        // Once more: the thread that has the turn may have looked before the rest was there, and ends nothing without
        // it.
        turn = turn || turns.claim();
        cancelSending();
        if (turn) {
            turns.handOverSoon();
        } else {
            turns.hurry();
        }
    }

    /** Nobody reads the call any more. The log may block, and this thread serves all clients. */
    void abandoned() {
        cancel(GenerationCancelledException.Reason.ABANDONED);
        settings.callbacks().execute(Log::abandoned);
    }

    void cancel(GenerationCancelledException.Reason reason) {
        abort(Objects.requireNonNull(CANCELLATIONS.get(reason)));
    }

    /** Takes what has arrived and waits in the transport, because it counts for the bill and the text. A cancel drops it. */
    private void takeRest() {
        ResponseEvents response = unread;
        try {
            if (response != null) {
                response.takeRest();
            }
        } catch (OutOfMemoryError full) {
            // What the transport holds is lost then, because nothing may keep the call from its end.
        } catch (Throwable t) {
            Log.transportThrew(t);
        } finally {
            restTaken = true;
        }
    }

    /** Cancels sending. Tries again if there is no memory: no other code would free the connection and stop the paid stream. */
    private void cancelSending() {
        for (int tries = 0; ; tries++) {
            try {
                sending.cancel();
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            } catch (Throwable t) {
                Log.transportThrew(t);
                return;
            }
        }
    }

    /** Ends the call, and also the reading of a body's tail after the call has ended. */
    @Override
    public void clientClosed() {
        if (ended) {
            sending.cancel();
        } else {
            cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
            turns.hurryWithoutTimers();
        }
    }

    /** Whether the call has ended or is about to end. */
    @Override
    public boolean settled() {
        return ended || aborted != null;
    }

    /** A reader's thread is about to wait for events. */
    void waiting() {
        timers.waiting();
    }

    /** The result. Valid once the last event is delivered. */
    Generation generation() {
        PartialGeneration whole = partial();
        Billing billing = whole.billing();
        return new Generation(
                whole,
                billing == null ? Billing.of(null, null) : billing,
                sending.rateLimits(),
                sending.requestId(),
                sending.responseHeaders());
    }

    /** The header fields of the last response; none before it. Called from any thread. */
    ResponseHeaders responseHeaders() {
        return sending.responseHeaders();
    }

    /** The rate limits of the last response; unknown before it. Called from any thread. */
    RateLimits rateLimits() {
        return sending.rateLimits();
    }

    /** The service's name for the last request; null before its response. Called from any thread. */
    @Nullable
    String requestId() {
        return sending.requestId();
    }

    /** The answer that came in one piece. Valid once the last event is delivered. */
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
            ResponseEvents streamed = read();
            timers.streaming();
            response.body().subscribe(streamed.body());
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
        AnswerGate.Verdict verdict = AnswerGate.judge(body, stream, sending::redacted);
        if (verdict instanceof AnswerGate.Accepted accepted) {
            inTurn(() -> {
                answer = accepted.answer();
                read().answer(accepted.answer(), settings.delayer().nanoTime());
                sending.forgetAnswer();
            });
        } else if (verdict instanceof AnswerGate.NotAStream media) {
            abort(facts ->
                    new NotAStreamException(media.message(), publicAnswer(media.answer()), facts.with(media.answer())));
        } else {
            abort(((AnswerGate.Failed) verdict).reason());
        }
    }

    @Override
    public void failed(Failure failure) {
        abort(failure);
    }

    @Override
    public void timedOut(Timer timer, Duration limit) {
        abort(facts -> new GenerationTimeoutException(timer, limit, null, facts));
    }

    /** Delivers a signal on a callback thread, because the budget may have chosen this one. */
    private void noticeElsewhere(Runnable notice) {
        notices.add(notice);
        noticed = true;
        if (turns.claim()) {
            turns.handOver();
        }
    }

    private void inTurn(Runnable notice) {
        notices.add(notice);
        noticed = true;
        drive();
    }

    @Override
    public boolean hasNotices() {
        return noticed;
    }

    @Override
    public void ready() {
        sink.ready(this);
    }

    /** Whether there are signals to deliver. If there is demand, this also starts the call, or its idle timers. */
    private boolean hasSignals() {
        if (!started && !settled() && sink.wants()) {
            startOrAbort();
        }
        ResponseEvents delivery = events;
        return noticed || aborted != null || (delivery != null && !ended && !delivery.restsOnDemand());
    }

    private void startOrAbort() {
        AutoCloseable scope = context.enter();
        try {
            start();
        } catch (Throwable t) {
            giveUp(t);
        } finally {
            CarriedContext.leave(scope);
        }
    }

    /**
     * Runs a step in the context of the call, on whatever thread. If it throws, the call ends: nothing else would end it. To run
     * it needs no memory, which there may not be by then.
     */
    private <T> Consumer<T> inContext(Consumer<T> step) {
        return value -> {
            AutoCloseable scope = context.enter();
            try {
                step.accept(value);
            } catch (Throwable t) {
                giveUp(t);
            } finally {
                CarriedContext.leave(scope);
            }
        };
    }

    private void advanceOrAbort() {
        AutoCloseable scope = context.enter();
        try {
            advance();
        } catch (Throwable t) {
            // If the turn were not given back, the call would never end.
            giveUp(t);
        } finally {
            CarriedContext.leave(scope);
        }
    }

    @Override
    public void readingThrew(Throwable thrown) {
        giveUp(thrown);
    }

    /** Throws nothing, because its callers have nobody to tell. */
    private void giveUp(Throwable thrown) {
        Failure reason = NO_MEMORY;
        try {
            if (!(thrown instanceof OutOfMemoryError)) {
                reason = TransportFailures.inBody(thrown);
            }
        } catch (Throwable t) {
            // The lack of memory is then the reason that is reported.
        }
        try {
            abort(reason);
        } catch (Throwable t) {
            // The reason is set by now, and the thread that has the turn ends the call.
            Log.transportThrew(t);
        }
    }

    private void turnGivenBack() {
        if (!sink.pushes()) {
            // A reader that arrived while this thread had the turn is waiting now.
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
            if (!restTaken) {
                // The thread that aborts asks for another turn.
                return;
            }
            try {
                if (events != null) {
                    events.absorb();
                }
            } finally {
                end(reason);
            }
        } else if (!started && sink.wants()) {
            start();
        } else if (events != null) {
            events.goOn();
        }
    }

    private void start() {
        starter = Thread.currentThread();
        try {
            begin();
        } finally {
            starter = null;
        }
    }

    private void begin() {
        started = true;
        listener = ListenerFence.started(settings.listeners(), info);
        Settlement bill = new Settlement(info, settings.listeners());
        settlement = bill;
        if (!hasThreads()) {
            return;
        }
        timers.started();
        Map<String, String> headers = listener.requestHeaders();
        AdmissionQueue queue = registry.admission();
        if (queue == null) {
            admitted(headers, bill, null);
            return;
        }
        // A close has to end the call while it waits.
        if (registry.add(this)) {
            slot = queue.enter(request.tenant(), inContext(mine -> admitted(headers, bill, mine)), this::abort);
            tellWait();
        } else {
            abort(registry.refusal());
        }
    }

    /** There is a slot, or slots are not limited. On the thread that starts the call, or on a callback thread. */
    private void admitted(Map<String, String> headers, Settlement bill, AdmissionQueue.@Nullable Slot mine) {
        slot = mine;
        if (!registry.begin(this)) {
            abort(registry.refusal());
            return;
        }
        if (ended) {
            // It ended while it waited, perhaps before it was registered here.
            registry.remove(this);
            registry.ended(this, info, endError);
            return;
        }
        bill.reserve(
                reserving,
                request,
                inContext(permit -> granted(headers, permit, mine)),
                inContext(refusal -> refused(refusal, mine)));
    }

    private void refused(NeuralBoxException refusal, AdmissionQueue.@Nullable Slot mine) {
        if (!waitsForBudget(refusal, mine)) {
            abort(RequestPermits.failure(refusal));
        }
    }

    /** Whether the call gives its slot back now, and waits until the budget has more left. */
    private boolean waitsForBudget(NeuralBoxException refusal, AdmissionQueue.@Nullable Slot mine) {
        AdmissionQueue queue = registry.admission();
        Duration renewal = refusal.retryAfter();
        if (queue == null
                || mine == null
                || renewal == null
                || !queue.waitsForBudget()
                || registry.isRefusing()
                || !(refusal instanceof BudgetExceededException)) {
            return false;
        }
        // Before it waits, because a drain that refuses it then must not count it.
        boolean wasUnderWay = registry.waits(this);
        if (!queue.getInLineAfter(mine, renewal)) {
            if (wasUnderWay) {
                registry.waitsNoMore(this);
                if (ended) {
                    // It ended meanwhile, perhaps before it was put back.
                    registry.ended(this, info, endError);
                }
            }
            return false;
        }
        noticeElsewhere(this::tellWait);
        return true;
    }

    /** Tells the listener that the call waits, once. */
    private void tellWait() {
        AdmissionQueue.Slot mine = slot;
        if (!waitTold && mine != null && mine.hadToWait()) {
            waitTold = true;
            listener.queued();
        }
    }

    private void leaveQueue() {
        AdmissionQueue queue = registry.admission();
        AdmissionQueue.Slot mine = slot;
        if (queue != null && mine != null) {
            queue.leave(mine);
        }
    }

    /** Creates the threads that deliver the end. Without them the call is not sent. */
    private boolean hasThreads() {
        try {
            settings.requireThreads();
            return true;
        } catch (Throwable noThread) {
            abort(facts -> new ConnectionException(
                    ConnectionException.Reason.OTHER, "no thread can be created for the call", noThread, facts));
            return false;
        }
    }

    /** Sends the request. No signal is delivered on this thread, because the budget may have chosen it. */
    private void granted(
            Map<String, String> headers, CreditGuard.RequestPermit first, AdmissionQueue.@Nullable Slot mine) {
        if (mine != null && mine.hadToWait()) {
            Duration wait = mine.waited();
            noticeElsewhere(() -> {
                tellWait();
                listener.admitted(wait);
            });
        }
        if (Thread.currentThread() == starter) {
            sending.start(headers, first);
        } else {
            // Not on this thread, and without the turn: the key supplier may block, and the call must be able to end.
            sending.startElsewhere(headers, first);
        }
    }

    @Override
    public void completing() {
        for (int tries = 0; !endDelivered; tries++) {
            try {
                afterEnd = settings.delayer()
                        .after(AFTER_END_NANOS, () -> cancel(GenerationCancelledException.Reason.CALLER));
                // Before the result: a caller that has it may call again at once.
                leaveQueue();
                conclude(null);
                endDelivered = true;
            } catch (OutOfMemoryError full) {
                afterEnd.cancel();
                MemoryWait.forAnotherTry(tries, full);
            }
        }
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

    /** The only end of the call. Once {@code generation_end} is being delivered, no reason makes the call fail. */
    private void end(@Nullable Failure reason) {
        ended = true;
        endReason = reason;
        for (int tries = 0; endStep != EndStep.TOLD; tries++) {
            try {
                goOnEnding();
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            } catch (Throwable t) {
                passOver(endStep);
            }
        }
        delivered();
    }

    /** This step of the end threw an error that it would throw again. */
    private void passOver(EndStep failed) {
        if (failed == EndStep.NAME && endReason != NO_MEMORY) {
            endReason = NO_MEMORY;
            return;
        }
        if (failed == EndStep.NAME) {
            endError = LAST_RESORT;
        }
        endStep = failed.next();
    }

    /** The last turn is over, or a sink that {@linkplain EventSink#endsLater ends later} has delivered the end. Any thread. */
    void delivered() {
        if (undelivered.decrementAndGet() == 0) {
            registry.ended(this, info, endError);
        }
    }

    @Override
    public DrainResult.Cut cut() {
        GenerationOutcome known = concluded;
        if (known != null && known.error() != null) {
            return new DrainResult.Cut(info, known.error());
        }
        PartialGeneration about = named();
        PartialGeneration partial =
                known == null ? about : new PartialGeneration(known.id(), about.model(), "", true, known.billing());
        boolean anyEvent = known != null || (reader != null && (about.id() != null || about.model() != null));
        boolean charged = known != null && known.billingState() == BillingState.CHARGED;
        Failure closed = Objects.requireNonNull(CANCELLATIONS.get(GenerationCancelledException.Reason.CLIENT_CLOSED));
        return new DrainResult.Cut(info, closed.in(factsOf(partial, anyEvent, charged)));
    }

    /** The facts, even if the transport throws as it is asked. */
    private CallFacts factsOf(PartialGeneration partial, boolean anyEvent, boolean charged) {
        try {
            return sending.facts(partial, anyEvent, charged);
        } catch (Throwable t) {
            Log.transportThrew(t);
            return CallFacts.NONE.with(partial);
        }
    }

    /** What another thread may know of a call whose callback is stuck. The text is not among it: that thread may go on. */
    private PartialGeneration named() {
        EventReader current = reader;
        return current == null ? sending.begun() : current.named();
    }

    private void goOnEnding() {
        if (endStep == EndStep.STOP) {
            turns.over();
            timers.stop();
            afterEnd.cancel();
            endStep = endStep.next();
        }
        if (endStep == EndStep.NAME) {
            endError = endDelivered || endReason == null ? null : endReason.in(facts(events));
            endStep = EndStep.RELEASE;
        }
        if (endStep == EndStep.RELEASE) {
            leaveQueue();
            sending.forgetAnswer();
            release();
            endStep = EndStep.CONCLUDE;
        }
        if (endStep == EndStep.CONCLUDE) {
            if (started && !endDelivered) {
                conclude(endError);
            }
            endStep = EndStep.TELL;
        }
        if (endStep == EndStep.TELL) {
            // Set before the call: the sink is notified only once, even if its foreign code throws.
            endStep = EndStep.TOLD;
            try {
                sink.ended(endError);
            } catch (Throwable t) {
                Log.subscriberThrew(t);
            }
        }
    }

    /**
     * Reports the outcome, once. This happens before the last event is delivered, so a caller that has the result can rely on
     * the budget, the ledger and the meters. Nothing that follows can change the outcome.
     */
    private void conclude(@Nullable NeuralBoxException error) {
        GenerationOutcome outcome = outcome(error);
        concluded = outcome;
        if (settlement != null) {
            settlement.ended(outcome);
        }
        listener.ended(outcome);
        if (settlement != null) {
            settlement.listenersHeard();
        }
    }

    private GenerationOutcome outcome(@Nullable NeuralBoxException error) {
        BillingState state = error == null ? stateOfTheBill() : error.billingState();
        PartialGeneration known = error == null ? withoutText() : error.partial();
        return GenerationOutcome.of(
                        error, state, known.billing(), sending.attempts(), known.id(), sending.responseHeaders())
                .with(request.attributes());
    }

    /** A completed generation was charged. A pending one may be charged. */
    private BillingState stateOfTheBill() {
        return isPending() ? BillingState.UNKNOWN : BillingState.CHARGED;
    }

    private boolean isPending() {
        return answer != null && answer.pending();
    }

    /** Lets the connection be reused if the stream came to its end; otherwise cancels the transport's call. */
    private void release() {
        ResponseEvents response = events;
        if (response != null && response.hasTail()) {
            response.drainInto(new TailDrain(settings.delayer(), sending::cancel, () -> registry.remove(this)));
            return;
        }
        registry.remove(this);
        if (response == null || !response.ended()) {
            sending.cancel();
        }
    }

    private GenerationAnswer publicAnswer(Answer answer) {
        return GenerationAnswer.of(
                answer, sending.rateLimits(), sending.requestId(), sending.responseHeaders(), settlement);
    }

    /** Begins to read the response. */
    private ResponseEvents read() {
        EventReader current = new EventReader(settings.limits(), text, listener, sending::redacted);
        reader = current;
        ResponseEvents response = new ResponseEvents(sink, settings.delayer(), timers, turns, context, current, this);
        events = response;
        unread = response;
        return response;
    }

    private CallFacts facts(@Nullable ResponseEvents response) {
        CallFacts facts = response == null ? sending.factsWithoutEvents() : known(response);
        AdmissionQueue.Slot mine = slot;
        return mine == null ? facts : facts.queued(mine.waited(), mine.wasAdmitted());
    }

    private CallFacts known(ResponseEvents response) {
        CallFacts facts = sending.facts(response.partial(), response.anyEvent(), response.completed() && !isPending());
        NeuralBoxException told = response.completed() ? null : response.serviceError(facts);
        // The call may end for another reason before its sink has heard of the error.
        return told == null ? facts : facts.with(told.partial()).with(told.billingState(), facts.retryAfter());
    }

    private PartialGeneration partial() {
        return events == null ? PartialGeneration.NOTHING : events.partial();
    }

    /** The facts that an outcome needs. The text is not among them, and making it would copy all of it. */
    private PartialGeneration withoutText() {
        return events == null
                ? PartialGeneration.NOTHING
                : new PartialGeneration(events.id(), null, "", true, events.billing());
    }
}
