package top.neuralbox;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * Sends a request until a response can be read or no retry is allowed. It retries only if the request was certainly not
 * charged, and never once a stream or an answer has begun. Its steps follow one another; only {@link #cancel()} may come from
 * another thread meanwhile.
 */
final class RetryLoop {

    /** Receives each step of sending. The last one is {@code streaming}, {@code answered} or {@code failed}. */
    interface SendingListener {
        void sent(int attempt);

        void head(int status);

        void resending(int attempt, Failure reason, Duration wait);

        void streaming(TransportResponse response);

        void answering();

        /** The body of an answer in one piece of JSON. */
        void answered(byte[] body);

        void failed(Failure failure);
    }

    /** Used when there is no memory to load {@link TransportFailures}, so it is loaded with this class. */
    private static final Failure NO_MEMORY = TransportFailures.NO_MEMORY;

    private static final Duration ERROR_BODY_PATIENCE = Duration.ofSeconds(5);

    private final ClientSettings settings;
    private final RequestTemplate template;
    private final Timeouts timeouts;
    private final StreamTimers timers;
    private final Executor callbacks;
    private final SendingListener listener;
    private final RequestPermits permits;
    private final RetryDecision decision;

    private Map<String, String> traceHeaders = Map.of();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable ApiKey key;
    private volatile @Nullable TransportCall call;
    private volatile @Nullable TransportResponse response;

    /** The answer in one piece, from its head to the end of the call. */
    private volatile @Nullable BoundedBody answer;

    private volatile boolean keyRenewed;
    private volatile @Nullable ApiKey renewed;

    /** Whether the transport was asked to send, whatever the result. */
    private volatile boolean starting;

    /** Whether the last attempt was certainly not charged and no other has begun. */
    private volatile boolean uncharged;

    /** The attempt that was cancelled. It is then certain whether it may have been sent. */
    private volatile @Nullable TransportCall stopped;

    /** The thread that cancels it now. The transport may report the end on this thread, from within. */
    private volatile @Nullable Thread stopping;

    private volatile boolean cancelled;
    private volatile Duration waited = Duration.ZERO;
    private volatile Delayer.Cancellable wait = () -> {};

    RetryLoop(
            ClientSettings settings,
            RequestTemplate template,
            Timeouts timeouts,
            StreamTimers timers,
            Executor callbacks,
            GenerationInfo info,
            SendingListener listener) {
        this.settings = settings;
        this.template = template;
        this.timeouts = timeouts;
        this.timers = timers;
        this.callbacks = callbacks;
        this.listener = listener;
        this.permits = new RequestPermits(settings.budget(), info, callbacks);
        this.decision = new RetryDecision(settings.retryPolicy(), settings.random());
    }

    /**
     * Begins the first attempt of a generation. Each attempt has these header fields, unless the client or the request sets the
     * same ones.
     */
    void start(Map<String, String> traceHeaders, CreditGuard.RequestPermit first) {
        prepare(traceHeaders, first);
        start();
    }

    /** As {@link #start(Map, CreditGuard.RequestPermit)}, but on a callback thread. */
    void startElsewhere(Map<String, String> traceHeaders, CreditGuard.RequestPermit first) {
        prepare(traceHeaders, first);
        elsewhere(this::attempt);
    }

    private void prepare(Map<String, String> traceHeaders, CreditGuard.RequestPermit first) {
        this.traceHeaders = traceHeaders;
        permits.first(first);
    }

    /** Begins the first attempt of a query. */
    void start() {
        fenced(this::attempt);
    }

    /** Cancels the current wait, attempt, or body of the response. Idempotent. */
    void cancel() {
        cancelled = true;
        wait.cancel();
        TransportCall current = call;
        if (current != null) {
            stop(current);
        }
    }

    int attempts() {
        return attempts.get();
    }

    /** The facts of the last attempt, with the billing state that follows from them. */
    CallFacts facts(PartialGeneration partial, boolean anyEvent, boolean completed) {
        // Before the head: the next attempt forgets the head first.
        boolean free = uncharged;
        TransportResponse head = response;
        Phase phase = phase(head, anyEvent);
        BillingState billing = completed
                ? BillingState.CHARGED
                : free || phase == Phase.NOT_SENT ? BillingState.NOT_CHARGED : BillingState.UNKNOWN;
        return new CallFacts(
                phase,
                attempts.get(),
                Duration.ZERO,
                waited,
                head == null ? null : head.status(),
                requestId(),
                null,
                billing,
                rateLimits(),
                responseHeaders(),
                partial);
    }

    /** What is known of an answer in one piece, as far as it has arrived. From any thread. */
    PartialGeneration begun() {
        BoundedBody body = answer;
        return body == null || template.bill() != null
                ? PartialGeneration.NOTHING
                : AnswerDecoder.begun(body.soFar(), this::redacted);
    }

    /** The facts of the last attempt before any event. An answer in one piece may have arrived in part, or even whole. */
    CallFacts factsWithoutEvents() {
        CallFacts facts = facts(PartialGeneration.NOTHING, false, false);
        BoundedBody body = answer;
        return body == null || template.bill() != null ? facts : AnswerGate.known(body.soFar(), this::redacted, facts);
    }

    /** The call has ended, so nobody asks for {@link #begun} any more. */
    void forgetAnswer() {
        answer = null;
    }

    @Nullable
    String requestId() {
        TransportResponse head = response;
        return head == null ? null : Excerpt.name(redacted(head.header("X-Request-Id")));
    }

    /** The facts of the last response head. */
    ResponseContext context() {
        return new ResponseContext(rateLimits(), requestId(), responseHeaders(), this::redacted);
    }

    RateLimits rateLimits() {
        TransportResponse head = response;
        return head == null ? RateLimits.unknown() : RateLimits.of(head);
    }

    /** The header fields of the last response; none before it. */
    ResponseHeaders responseHeaders() {
        TransportResponse head = response;
        return head == null ? ResponseHeaders.NONE : ResponseHeaders.of(head.headers(), this::redacted);
    }

    /** The text without the key, which the service or a gateway may have echoed. */
    @Nullable
    String redacted(@Nullable String text) {
        ApiKey current = key;
        return current == null ? text : current.redact(text);
    }

    /** As {@link #redacted}, for a text that may be cut within the key. */
    private @Nullable String redactedCut(@Nullable String text) {
        ApiKey current = key;
        return current == null ? text : current.redactCut(text);
    }

    private void attempt() {
        if (cancelled) {
            return;
        }
        attempts.incrementAndGet();
        starting = false;
        call = null;
        response = null;
        uncharged = false;
        ApiKey fetched = renewed;
        if (fetched == null) {
            withKey(this::sendIfAllowed);
        } else {
            renewed = null;
            sendIfAllowed(fetched);
        }
    }

    private void withKey(Consumer<ApiKey> next) {
        CompletionStage<ApiKey> supplied;
        try {
            supplied = settings.keys().get();
        } catch (Throwable t) {
            keyFailed(t);
            return;
        }
        supplied.whenComplete(fencedBoth((supply, error) -> {
            if (error != null || supply == null) {
                keyFailed(error);
            } else {
                next.accept(supply);
            }
        }));
    }

    private void keyFailed(@Nullable Throwable error) {
        // The supplier's message may quote the key, so neither it nor the cause becomes part of this exception.
        Throwable reason = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String what = reason instanceof ApiKey.UnusableException unusable
                ? String.valueOf(unusable.getMessage())
                : reason == null
                        ? "gave no key"
                        : "failed with " + reason.getClass().getName();
        listener.failed(facts -> new AuthenticationException("the supplier of the API key " + what, null, facts));
    }

    private void sendIfAllowed(ApiKey current) {
        permits.next(permit -> fenced(() -> send(current, permit)), listener::failed);
    }

    private void send(ApiKey current, RequestPermits.Permit permit) {
        key = current;
        // Set before cancelled is read: the cancelling thread sees that sending may have begun, or this one sees the
        // cancel.
        starting = true;
        if (cancelled) {
            starting = false;
            permit.notSent();
            return;
        }
        TransportCall started;
        try {
            started = settings.transport().start(transportRequest(current, permit));
        } catch (IllegalArgumentException e) {
            starting = false;
            permit.notSent();
            listener.failed(TransportFailures.beforeHead(e, timeouts.connect()));
            return;
        } catch (Throwable t) {
            // What a transport did before it threw is not known.
            permit.sent();
            throw t;
        }
        call = started;
        if (cancelled) {
            stop(started);
        }
        started.response().whenComplete(fencedBoth((head, error) -> {
            timers.headSettled();
            report(permit, started, head);
            if (error != null) {
                // This may be a timer's or a resolver's thread, on which other calls wait.
                elsewhere(() -> lost(started, error));
            } else if (cancelled) {
                head.close();
            } else {
                head(head);
            }
        }));
    }

    private static void report(RequestPermits.Permit permit, TransportCall started, @Nullable TransportResponse head) {
        if (head == null && !started.mayHaveBeenSent()) {
            permit.notSent();
            return;
        }
        permit.sent();
        if (head != null) {
            permit.answered(head);
        }
    }

    private TransportRequest transportRequest(ApiKey current, RequestPermits.Permit permit) {
        int attempt = attempts.get();
        return template.request(traceHeaders, settings.headers())
                .header("Accept-Encoding", "identity")
                .header("Authorization", current.authorization())
                .header("User-Agent", settings.userAgent())
                .connectTimeout(timeouts.connect())
                .onSent(() -> {
                    timers.sent();
                    permit.sent();
                    listener.sent(attempt);
                })
                .build();
    }

    private void lost(TransportCall started, Throwable error) {
        Failure failure = TransportFailures.beforeHead(error, timeouts.connect());
        boolean resend = !started.mayHaveBeenSent() && RetryDecision.allows(TransportFailures.kind(error));
        settle(failure, resend, null);
    }

    private void head(TransportResponse head) {
        response = head;
        listener.head(head.status());
        ResponseGate.Verdict verdict = ResponseGate.judge(head, template.stream());
        switch (verdict) {
            case STREAM -> listener.streaming(head);
            case ANSWER -> {
                listener.answering();
                BoundedBody body = BoundedBody.of(
                        head,
                        settings.limits().answerBytes(),
                        () -> timers.bytesRead(settings.delayer().nanoTime()),
                        fencedBody(this::answer));
                answer = body;
                body.read();
            }
            case ERROR ->
                BoundedBody.read(
                        head,
                        settings.limits().errorBodyBytes(),
                        ERROR_BODY_PATIENCE,
                        settings,
                        fencedBody((bytes, end, error) -> refused(head, bytes, end == BoundedBody.End.COMPLETE)));
            case FOREIGN ->
                BoundedBody.read(
                        head,
                        settings.limits().errorBodyBytes(),
                        ERROR_BODY_PATIENCE,
                        settings,
                        fencedBody((bytes, end, error) -> listener.failed(ResponseGate.failure(
                                head,
                                verdict,
                                template.accept(),
                                Excerpt.of(
                                        bytes,
                                        0,
                                        bytes.length,
                                        end == BoundedBody.End.COMPLETE ? this::redacted : this::redactedCut),
                                this::redacted))));
            case REDIRECT, EMPTY, ENCODED -> {
                head.close();
                listener.failed(ResponseGate.failure(head, verdict, template.accept(), "", this::redacted));
            }
        }
    }

    private void answer(byte[] bytes, BoundedBody.End end, @Nullable Throwable error) {
        switch (end) {
            case COMPLETE -> listener.answered(bytes);
            case TOO_LONG ->
                listener.failed(tooLong("is longer than " + settings.limits().answerBytes() + " bytes"));
            case TOO_LATE, BROKEN -> {
                // What came may be whole all the same: only the end of the body is missing.
                if (AnswerDecoder.isWhole(bytes)) {
                    listener.answered(bytes);
                } else {
                    listener.failed(TransportFailures.inBody(error));
                }
            }
        }
    }

    private Failure tooLong(String why) {
        return template.bill() == null ? AnswerGate.cut(why, null) : AnswerGate.unreadable(why, null);
    }

    /** @param whole whether the body came to its end */
    private void refused(TransportResponse head, byte[] bytes, boolean whole) {
        ServiceError error = ErrorDecoder.decode(bytes, 0, bytes.length, whole ? this::redacted : this::redactedCut);
        Duration asked = error.retryAfter() != null
                ? error.retryAfter()
                : RetryAfter.of(
                        head.header("Retry-After"),
                        head.header("Date"),
                        settings.delayer().now());
        // A cost may stand behind the cut.
        boolean unknown = template.bill() == null && !whole && head.status() >= 500 && !AnswerDecoder.isWhole(bytes);
        Failure failure = ServiceFailures.refusal(
                head.status(),
                error,
                asked,
                String.valueOf(redacted(template.target())),
                unknown && !error.mayHaveCost() ? BillingState.UNKNOWN : template.bill());
        if (unknown || (error.mayHaveCost() && template.bill() == null)) {
            listener.failed(failure);
        } else if (RetryDecision.allowsAnotherKey(head.status(), error.code()) && !keyRenewed && mayResend()) {
            keyRenewed = true;
            elsewhere(() -> renewKey(failure));
        } else {
            settle(failure, RetryDecision.allows(head.status(), error.code()), asked);
        }
    }

    /** Retries once after an expired key, if the supplier gives another one. */
    private void renewKey(Failure failure) {
        ApiKey expired = key;
        uncharged = true;
        withKey(next -> {
            if (cancelled || next.equals(expired)) {
                listener.failed(failure);
            } else {
                renewed = next;
                resend(failure, Duration.ZERO);
            }
        });
    }

    private void settle(Failure failure, boolean allowed, @Nullable Duration asked) {
        Duration next = allowed && mayResend() ? decision.waitAfter(attempts.get(), asked) : null;
        if (next == null || !timers.allows(next)) {
            listener.failed(failure);
        } else {
            resend(failure, next);
        }
    }

    private boolean mayResend() {
        return !cancelled && decision.allowsAnother(attempts.get());
    }

    private void resend(Failure failure, Duration next) {
        uncharged = true;
        listener.resending(attempts.get(), failure, next);
        waited = waited.plus(next);
        wait = settings.delayer().after(Delayer.nanos(next), () -> elsewhere(this::attempt));
        if (cancelled) {
            wait.cancel();
        }
    }

    private Phase phase(@Nullable TransportResponse head, boolean anyEvent) {
        if (head != null) {
            return anyEvent ? Phase.STREAM : Phase.HEAD;
        }
        return mayHaveBeenSent() ? Phase.SENT : Phase.NOT_SENT;
    }

    private boolean mayHaveBeenSent() {
        TransportCall current = call;
        if (current == null) {
            return starting;
        }
        if (current.mayHaveBeenSent()) {
            return true;
        }
        if (!cancelled || stopped == current || stopping == Thread.currentThread()) {
            return false;
        }
        // The cancel came before this attempt's call was known. The thread that sends will cancel it, and until then it
        // may still be sent.
        try {
            stop(current);
        } catch (Throwable t) {
            return true;
        }
        return current.mayHaveBeenSent();
    }

    private void stop(TransportCall current) {
        stopping = Thread.currentThread();
        try {
            current.cancel();
            stopped = current;
        } finally {
            stopping = null;
        }
    }

    /** Runs a step on a callback thread, because its foreign code, such as the supplier of keys, may block. */
    private void elsewhere(Runnable step) {
        callbacks.execute(() -> fenced(step));
    }

    /** Ends the call if foreign code in this step throws. A stage or a timer would swallow the exception. */
    private void fenced(Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            listener.failed(failure(t));
        }
    }

    /**
     * As {@link #fenced}, for the result of a stage. To run it needs no memory, which there may not be by then. The stage may
     * be foreign, and report twice; a second request would be a second charge.
     */
    private <T> BiConsumer<T, @Nullable Throwable> fencedBoth(BiConsumer<T, @Nullable Throwable> step) {
        AtomicBoolean reported = new AtomicBoolean();
        return (result, error) -> {
            if (!reported.compareAndSet(false, true)) {
                return;
            }
            try {
                step.accept(result, error);
            } catch (Throwable t) {
                listener.failed(failure(t));
            }
        };
    }

    /** As {@link #fencedBoth}, for the body of a response. */
    private BoundedBody.Target fencedBody(BoundedBody.Target step) {
        return (bytes, end, error) -> {
            try {
                step.body(bytes, end, error);
            } catch (Throwable t) {
                listener.failed(failure(t));
            }
        };
    }

    private Failure failure(Throwable thrown) {
        try {
            return thrown instanceof OutOfMemoryError
                    ? NO_MEMORY
                    : TransportFailures.beforeHead(thrown, timeouts.connect());
        } catch (Throwable t) {
            return NO_MEMORY;
        }
    }
}
