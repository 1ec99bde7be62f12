package top.neuralbox;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * Sends a request until a response may be read, or it may not be sent again. It sends again only what was surely not
 * charged, and stands still for good once a stream or an answer has begun. Its steps follow one another; only {@link
 * #cancel()} comes from elsewhere.
 */
final class RetryLoop {

    /** Hears how the sending went: of each step, and then of one of the last three. */
    interface Target {
        void sent(int attempt);

        void head(int status);

        void resending(int attempt, Failure reason, Duration wait);

        void streaming(TransportResponse response);

        void answering();

        /** An answer in one piece of JSON, as it came. */
        void answered(byte[] body);

        void failed(Failure failure);
    }

    private static final Duration ERROR_BODY_PATIENCE = Duration.ofSeconds(5);

    private final ClientSettings settings;
    private final Outgoing outgoing;
    private final Timeouts timeouts;
    private final StreamTimers timers;
    private final Executor callbacks;
    private final Target target;

    private Map<String, String> traceHeaders = Map.of();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable ApiKey key;
    private volatile @Nullable TransportCall call;
    private volatile @Nullable TransportResponse response;
    private volatile boolean keyRenewed;
    private volatile @Nullable ApiKey renewed;

    /** The transport was asked to send, whatever it made of that. */
    private volatile boolean starting;

    /** The last attempt was surely not charged, and no other has begun. */
    private volatile boolean uncharged;

    private volatile boolean cancelled;
    private volatile Duration waited = Duration.ZERO;
    private volatile Delayer.Cancellable wait = () -> {};

    RetryLoop(
            ClientSettings settings,
            Outgoing outgoing,
            Timeouts timeouts,
            StreamTimers timers,
            Executor callbacks,
            Target target) {
        this.settings = settings;
        this.outgoing = outgoing;
        this.timeouts = timeouts;
        this.timers = timers;
        this.callbacks = callbacks;
        this.target = target;
    }

    /** Begins the first attempt. These header fields go with each attempt, beneath those of the client and the request. */
    void start(Map<String, String> traceHeaders) {
        this.traceHeaders = traceHeaders;
        fenced(this::attempt);
    }

    /** Gives up whatever is under way: a wait, an attempt, or the body of the response. Idempotent. */
    void cancel() {
        cancelled = true;
        wait.cancel();
        TransportCall current = call;
        if (current != null) {
            current.cancel();
        }
    }

    int attempts() {
        return attempts.get();
    }

    /** The facts of the last attempt, with the state of the bill that follows from them alone. */
    CallFacts facts(PartialGeneration partial, boolean anyEvent, boolean completed) {
        TransportResponse head = response;
        Phase phase = phase(head, anyEvent);
        BillingState billing = completed
                ? BillingState.CHARGED
                : uncharged || phase == Phase.NOT_SENT ? BillingState.NOT_CHARGED : BillingState.UNKNOWN;
        return new CallFacts(
                phase,
                attempts.get(),
                waited,
                head == null ? null : head.status(),
                requestId(),
                null,
                billing,
                rateLimits(),
                partial);
    }

    @Nullable
    String requestId() {
        TransportResponse head = response;
        return head == null ? null : Excerpt.name(redacted(head.header("X-Request-Id")));
    }

    RateLimits rateLimits() {
        TransportResponse head = response;
        return head == null ? RateLimits.unknown() : RateLimits.of(head);
    }

    /** The text without the key, should the service or a gateway have echoed it. */
    @Nullable
    String redacted(@Nullable String text) {
        ApiKey current = key;
        return current == null ? text : current.redact(text);
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
            withKey(this::send);
        } else {
            renewed = null;
            send(fetched);
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
        supplied.whenComplete((supply, error) -> fenced(() -> {
            if (error != null || supply == null) {
                keyFailed(error);
            } else {
                next.accept(supply);
            }
        }));
    }

    private void keyFailed(@Nullable Throwable error) {
        // The supplier's own message may quote the key, so neither it nor the cause goes into ours.
        Throwable reason = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String what = reason == null
                ? "gave none"
                : "failed with " + reason.getClass().getName();
        target.failed(facts -> new AuthenticationException("the supplier of the API key " + what, null, facts));
    }

    private void send(ApiKey current) {
        key = current;
        // First this, then the look at that: whoever cancels sees that we may be sending, or we see that he cancelled.
        starting = true;
        if (cancelled) {
            starting = false;
            return;
        }
        TransportCall started;
        try {
            started = settings.transport().start(transportRequest(current));
        } catch (IllegalArgumentException e) {
            starting = false;
            target.failed(TransportFailures.beforeHead(e, timeouts.connect()));
            return;
        }
        call = started;
        if (cancelled) {
            started.cancel();
        }
        started.response()
                .whenComplete((head, error) -> fenced(() -> {
                    timers.headSettled();
                    if (error != null) {
                        // It may be a timer or a look-up of names that failed it, with others waiting behind.
                        elsewhere(() -> lost(started, error));
                    } else if (cancelled) {
                        head.close();
                    } else {
                        head(head);
                    }
                }));
    }

    private TransportRequest transportRequest(ApiKey current) {
        int attempt = attempts.get();
        return outgoing.request(traceHeaders, settings.headers())
                .header("Accept-Encoding", "identity")
                .header("Authorization", current.authorization())
                .header("User-Agent", settings.userAgent())
                .connectTimeout(timeouts.connect())
                .onSent(() -> {
                    timers.sent();
                    target.sent(attempt);
                })
                .build();
    }

    private void lost(TransportCall started, Throwable error) {
        Failure failure = TransportFailures.beforeHead(error, timeouts.connect());
        boolean resend = !started.mayHaveBeenSent() && TransportFailures.mayResend(error);
        settle(failure, resend, null);
    }

    private void head(TransportResponse head) {
        response = head;
        target.head(head.status());
        ResponseGate.Verdict verdict = ResponseGate.judge(head, outgoing.stream());
        switch (verdict) {
            case STREAM -> target.streaming(head);
            case ANSWER -> {
                target.answering();
                BoundedBody.read(
                        head,
                        settings.limits().answerBytes(),
                        () -> timers.bytesRead(settings.delayer().nanoTime()),
                        (bytes, end, error) -> fenced(() -> answer(bytes, end, error)));
            }
            case ERROR ->
                BoundedBody.read(
                        head,
                        settings.limits().errorBodyBytes(),
                        ERROR_BODY_PATIENCE,
                        settings,
                        (bytes, end, error) -> fenced(() -> refused(head, bytes)));
            case FOREIGN ->
                BoundedBody.read(
                        head,
                        settings.limits().errorBodyBytes(),
                        ERROR_BODY_PATIENCE,
                        settings,
                        (bytes, end, error) -> target.failed(ResponseGate.failure(
                                head,
                                verdict,
                                outgoing.accept(),
                                Excerpt.of(bytes, 0, bytes.length, this::redacted),
                                this::redacted)));
            case REDIRECT, EMPTY, ENCODED -> {
                head.close();
                target.failed(ResponseGate.failure(head, verdict, outgoing.accept(), "", this::redacted));
            }
        }
    }

    private void answer(byte[] bytes, BoundedBody.End end, @Nullable Throwable error) {
        switch (end) {
            case COMPLETE -> target.answered(bytes);
            case TOO_LONG ->
                target.failed(AnswerGate.unreadable(
                        "is longer than " + settings.limits().answerBytes() + " bytes", null));
            case TOO_LATE, BROKEN -> target.failed(TransportFailures.inBody(error));
        }
    }

    private void refused(TransportResponse head, byte[] bytes) {
        ServiceError error = ErrorDecoder.decode(bytes, 0, bytes.length, this::redacted);
        Duration asked = error.retryAfter() != null
                ? error.retryAfter()
                : RetryAfter.of(
                        head.header("Retry-After"),
                        head.header("Date"),
                        settings.delayer().now());
        Failure failure =
                ServiceFailures.refusal(head.status(), error, asked, String.valueOf(redacted(outgoing.target())));
        boolean expired = head.status() == 401 && "token_expired".equals(error.code());
        if (expired && !keyRenewed && !exhausted()) {
            keyRenewed = true;
            elsewhere(() -> renewKey(failure));
        } else {
            settle(failure, ServiceFailures.mayResend(head.status(), error.code()), asked);
        }
    }

    /** An expired key is worth one more attempt, if there is another. */
    private void renewKey(Failure failure) {
        ApiKey expired = key;
        uncharged = true;
        withKey(next -> {
            if (cancelled || next.equals(expired)) {
                target.failed(failure);
            } else {
                renewed = next;
                resend(failure, Duration.ZERO);
            }
        });
    }

    private void settle(Failure failure, boolean mayResend, @Nullable Duration asked) {
        if (!mayResend || exhausted()) {
            target.failed(failure);
            return;
        }
        // Asked for no wait, or one in the past, all who were refused together would come again together, and at once.
        Duration drawn = backoff();
        Duration next = asked == null || asked.compareTo(drawn) < 0 ? drawn : asked;
        boolean tooLong = (asked == null ? next : asked).compareTo(policy().maxWait()) > 0 || !timers.allows(next);
        if (tooLong) {
            target.failed(failure);
        } else {
            resend(failure, next);
        }
    }

    private boolean exhausted() {
        return cancelled || attempts.get() > policy().maxRetries();
    }

    private void resend(Failure failure, Duration next) {
        uncharged = true;
        target.resending(attempts.get(), failure, next);
        waited = waited.plus(next);
        wait = settings.delayer().after(Delayer.nanos(next), () -> elsewhere(this::attempt));
        if (cancelled) {
            wait.cancel();
        }
    }

    /** Jitter: evenly between the shortest wait of all and a bound that doubles. */
    private Duration backoff() {
        long longest = Delayer.nanos(policy().maxDelay());
        long bound = Math.min(Delayer.nanos(policy().firstDelay()), longest);
        for (int i = 1; i < attempts.get() && bound < longest; i++) {
            bound = bound > longest / 2 ? longest : Math.max(1, bound * 2);
        }
        long above = Math.max(0, bound - RetryPolicy.SHORTEST_WAIT.toNanos());
        return RetryPolicy.SHORTEST_WAIT.plusNanos(
                (long) ((double) above * settings.random().getAsDouble()));
    }

    private Phase phase(@Nullable TransportResponse head, boolean anyEvent) {
        if (head != null) {
            return anyEvent ? Phase.STREAM : Phase.HEAD;
        }
        TransportCall current = call;
        boolean maybe = current == null ? starting : current.mayHaveBeenSent();
        return maybe ? Phase.SENT : Phase.NOT_SENT;
    }

    /** What runs foreign code that may block, the supplier of keys for one. */
    private void elsewhere(Runnable step) {
        callbacks.execute(() -> fenced(step));
    }

    /** Whatever foreign code throws ends the call: a stage or a timer that runs us would swallow it. */
    private void fenced(Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            target.failed(TransportFailures.beforeHead(t, timeouts.connect()));
        }
    }

    private RetryPolicy policy() {
        return settings.retryPolicy();
    }
}
