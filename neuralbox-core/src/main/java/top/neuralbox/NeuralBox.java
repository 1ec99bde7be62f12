package top.neuralbox;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.BlockingGuard;
import top.neuralbox.concurrent.CallbackThreads;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.TimerThread;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * The client of the service. Create one for each account and keep it: it is thread-safe and holds the connections.
 *
 * <pre>{@code
 * try (NeuralBox neuralBox = NeuralBox.create();
 *         GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
 *     for (String piece : stream.textDeltas()) {
 *         System.out.print(piece);
 *     }
 * }
 * }</pre>
 *
 * <p>There are four ways to read a generation: {@link #stream} reads it with blocking calls, {@link #publish} is for reactive
 * code and sends only as many events as requested, and {@link #generate} and {@link #generateAsync} return the whole answer. All of them send a request
 * again only if the service certainly did not charge it; see {@link RetryPolicy}.
 *
 * <p>Signals of {@code publish} and of listeners arrive on the engine's thread: do not block there. {@link Builder#executor}
 * moves the signals of {@code publish} to other threads. Stages of futures, and signals that a timer, a cancel or {@link
 * #close} causes, run on daemon threads and may block. The description of the package has a table of all threads.
 *
 * @since 0.1.0
 */
public final class NeuralBox implements AutoCloseable {

    private final ClientSettings settings;
    private final CallRegistry calls;
    private final BlockingGuard guard;
    private final Account account;
    private final Bills bills;
    private final Runnable closer;

    NeuralBox(ClientSettings settings, BlockingGuard guard, Runnable closer) {
        this.settings = settings;
        Admission admission = settings.admission();
        this.calls = new CallRegistry(
                admission == null ? null : new AdmissionQueue(admission, settings.delayer(), settings.callbacks()));
        this.guard = guard;
        this.account = new Account(settings, calls, guard);
        this.bills = new Bills(settings.budget(), account.forCalls());
        this.closer = closer;
    }

    /**
     * A client with the key of the environment variable {@code NEURALBOX_API_KEY}, the base URI of {@code
     * NEURALBOX_BASE_URL} if that is set, the transport that the system property {@code neuralbox.transport} names or else
     * the only one that is installed, and defaults for the rest.
     *
     * @throws IllegalStateException if there is no key, or no transport can be {@linkplain TransportProvider#choose chosen}
     * @throws IllegalArgumentException if the base URI is not usable, or the key is malformed
     */
    public static NeuralBox create() {
        return builder().build();
    }

    /** A builder for a client with other settings. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a request and returns at once. The thread that reads the stream waits for each event.
     *
     * @throws NullPointerException if the request is null
     */
    public GenerationStream stream(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        PullSink sink = new PullSink();
        KeptText text = new KeptText(settings.limits().keptText());
        GenerationCall call = call(request, streamed(request), sink, text, settings.carried(), null);
        // Before the request: if there is no memory for it, nothing is paid that nobody can read.
        GenerationStream stream = new GenerationStream(call, sink, text, guard);
        call.send();
        return stream;
    }

    /**
     * Publishes the events, only as many as the subscriber requests. The publisher is cold: <b>each subscription is one paid call</b>. The first demand
     * sends the request. Cancelling the subscription stops the generation. The subscription is a {@link
     * GenerationSubscription}, which has the request id, the rate limits and the header fields of the response.
     *
     * <p>A generation that does not complete ends with {@code onError} and a {@link NeuralBoxException}. A demand that is not
     * positive ends it with an {@link IllegalArgumentException}, as Reactive Streams asks (rule 3.9).
     *
     * @throws NullPointerException if the request is null
     */
    public Flow.Publisher<GenerationEvent> publish(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        return new EventPublisher(sink -> call(
                request,
                streamed(request),
                sink,
                new KeptText(settings.limits().keptText()),
                settings.carried(),
                settings.executor()));
    }

    /**
     * Generates the whole answer and waits for it. The answer is streamed and collected. If the waiting thread is interrupted,
     * the generation is cancelled; the thread's interrupt flag stays set.
     *
     * @throws NullPointerException if the request is null
     * @throws NeuralBoxException if the generation does not complete
     * @throws IllegalStateException if this thread must not block
     */
    public Generation generate(GenerationRequest request) {
        guard.check("generateAsync");
        Objects.requireNonNull(request, "request");
        return collect(request, streamed(request), GenerationCall::generation);
    }

    /**
     * Generates the whole answer without blocking. Cancelling the returned future stops the generation; cancelling a future
     * that was derived from it does not.
     *
     * @return a future that fails with a {@link NeuralBoxException} if the generation does not complete
     * @throws NullPointerException if the request is null
     */
    public CompletableFuture<Generation> generateAsync(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        return collectAsync(request, streamed(request), GenerationCall::generation);
    }

    /**
     * Requests an answer that does not stream, and waits for it: a text in one piece, or an image, video or sound (wire
     * contract, part B). A result that takes longer is returned as {@link GenerationAnswer.Pending}. If the waiting thread is
     * interrupted, the request is cancelled; the thread's interrupt flag stays set.
     *
     * <p>It is retried under the same conditions as a stream, and listeners receive the same signals.
     *
     * @throws NullPointerException if the request is null
     * @throws GenerationFailedException if the service reports that the generation failed; {@code billingState()} says whether
     *     it was charged, as far as that is known
     * @throws NeuralBoxException if the request fails for any other reason
     * @throws IllegalStateException if this thread must not block
     */
    public GenerationAnswer submit(GenerationRequest request) {
        guard.check("submitAsync");
        Objects.requireNonNull(request, "request");
        return collect(request, submitted(request), GenerationCall::answer);
    }

    /**
     * As {@link #submit}, without blocking. Cancelling the returned future cancels the request; cancelling a future that was
     * derived from it does not.
     *
     * @return a future that fails with a {@link NeuralBoxException} if there is no answer
     */
    public CompletableFuture<GenerationAnswer> submitAsync(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        return collectAsync(request, submitted(request), GenerationCall::answer);
    }

    /**
     * Asks for the state of a generation by its id, for example of one whose stream broke before its end, or whose result
     * was pending when another process ended. It costs nothing, but counts against the account's rate limits: as one
     * request, or as two if the service answers 404 at the first of the two documented paths.
     *
     * <p>The client remembers its last 1,000 generations with an unknown charge. If this generation is one of them, and the
     * answer reports the bill, the budget's reservation is settled and the listeners are notified ({@link
     * GenerationListener#settled}) before this method returns. A second call changes nothing.
     *
     * @param id the generation's id, as in {@link GenerationEvent.Start#id()} or {@link PartialGeneration#id()}
     * @return the text or the media result, or a {@link GenerationAnswer.Pending}, which {@link #await} waits for
     * @throws IllegalArgumentException if the id is blank, {@code .} or {@code ..}
     * @throws GenerationFailedException if the service reports that the generation failed; {@code billingState()} says whether
     *     it was charged, as far as that is known
     * @throws ApiException with status 404 if the service does not know the generation on either path; its charge stays unknown
     * @throws NeuralBoxException if the request fails for any other reason; what is known of the charge does not change
     * @throws IllegalStateException if this thread must not block
     */
    public GenerationAnswer generation(String id) {
        return pickUp(id, null);
    }

    /**
     * As {@link #generation(String)}, for a generation that another client made, which may have been in another process. It
     * also settles the budget's reservation of this name, so both clients must have a budget on the same store. Listeners of
     * this client are not notified, because they do not know the generation.
     *
     * @param reservation the name of the reservation, as in {@code top.neuralbox.budget.BudgetListener.reserved}
     * @throws IllegalArgumentException also if the reservation is blank
     * @throws IllegalStateException also if this client has no budget
     */
    public GenerationAnswer generation(String id, String reservation) {
        return pickUp(id, Objects.requireNonNull(reservation, "reservation"));
    }

    /**
     * As {@link #generation(String)}, without blocking. Cancelling the returned future cancels this request, not the generation.
     *
     * @return a future that fails with a {@link NeuralBoxException} if there is no answer
     * @throws IllegalArgumentException if the id is blank, {@code .} or {@code ..}
     */
    public CompletableFuture<GenerationAnswer> generationAsync(String id) {
        return pickUpAsync(id, null, settings.settler(calls::isClosed));
    }

    /** As {@link #generation(String, String)}, without blocking. */
    public CompletableFuture<GenerationAnswer> generationAsync(String id, String reservation) {
        return pickUpAsync(id, Objects.requireNonNull(reservation, "reservation"), settings.settler(calls::isClosed));
    }

    /**
     * Waits for a pending result. It polls the service at intervals, which costs no credits, but counts
     * against the account's rate limits. If a poll fails because of the
     * network or the service, polling goes on. If the waiting thread is interrupted, polling stops; the thread's interrupt flag
     * stays set.
     *
     * @return the result, never pending
     * @throws GenerationFailedException if the service reports that the generation failed; {@code billingState()} says whether
     *     it was charged, as far as that is known
     * @throws GenerationTimeoutException with the timer {@code TOTAL} after {@link Polling#total()}; the service may still
     *     finish the generation, and this method may be called again
     * @throws NeuralBoxException if the service refuses to answer, or the client is closed
     * @throws IllegalStateException if this thread must not block, or the pending result names a reservation and this client
     *     has no budget
     */
    public GenerationAnswer await(GenerationAnswer.Pending pending) {
        return await(pending, Polling.defaults());
    }

    /** As {@link #await(GenerationAnswer.Pending)}, with other waits or another time-out. */
    public GenerationAnswer await(GenerationAnswer.Pending pending, Polling polling) {
        guard.check("awaitAsync");
        PendingPoll poll = new PendingPoll(settings, calls, bills, pending, polling, settings.callbacks());
        return waitFor(poll.start(), () -> poll.cancel(GenerationCancelledException.Reason.INTERRUPTED));
    }

    /**
     * As {@link #await(GenerationAnswer.Pending)}, without blocking. Cancelling the returned future stops polling, but not the
     * generation.
     *
     * @throws IllegalStateException if the pending result names a reservation and this client has no budget
     */
    public CompletableFuture<GenerationAnswer> awaitAsync(GenerationAnswer.Pending pending) {
        return awaitAsync(pending, Polling.defaults());
    }

    /** As {@link #awaitAsync(GenerationAnswer.Pending)}, with other waits or another time-out. */
    public CompletableFuture<GenerationAnswer> awaitAsync(GenerationAnswer.Pending pending, Polling polling) {
        return new PendingPoll(settings, calls, bills, pending, polling, settings.settler(calls::isClosed)).start();
    }

    /** As {@link #warmUp(int)}, for one connection. */
    public CompletableFuture<Void> warmUp() {
        return warmUp(1);
    }

    /**
     * Prepares the client for its first calls, without blocking: it loads classes, looks the host's name up, and opens
     * connections (with TLS) into the pool. No request is sent, so nothing is charged, counted against a limit, or reported to
     * a listener. The key supplier is not called. A proxy sees the CONNECT of a tunnel; the service sees a handshake.
     *
     * <p>A warm-up that fails changes nothing for later calls, which connect as usual. An idle connection is closed after 30
     * seconds, unless you passed your own {@code WebClientOptions} to the transport, which decide it then. So warm a client up
     * when its first call is near, for example before the application reports that it is ready.
     *
     * @param connections how many idle connections there should be. The transport's limit applies. A transport that shares
     *     HTTP/2 connections opens only one
     * @return a future that fails with a {@link NeuralBoxException} if a connection cannot be made within the connect time-out,
     *     or if the client is closed meanwhile. Cancelling it ends the warm-up
     * @throws IllegalArgumentException if {@code connections} is below 1
     */
    public CompletableFuture<Void> warmUp(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1: " + connections);
        }
        Executor settler = settings.carried().around(settings.settler(calls::isClosed));
        return new WarmUp(settings, calls, settler).start(connections);
    }

    /** The account that the client's key belongs to, and the models it may use. */
    public Account account() {
        return account;
    }

    /**
     * Lets the calls that are under way finish, then closes the client, and returns when that is done. Call it when a server
     * stops: after the server has stopped accepting requests, and before the process ends.
     *
     * <p>As soon as the drain begins, a new call fails with {@link AdmissionRefusedException}, and so does a generation that
     * still waits for its admission; a publisher fails at its subscription. Retries, their waits, and polls belong to their call, and are not refused. After {@code patience}, the
     * calls that are left end with {@link GenerationCancelledException.Reason#CLIENT_CLOSED}; the result names them. A call is
     * finished when its caller has the result. A callback that does not return delays the drain by at most one more second; the
     * result names its call too. If the waiting thread is interrupted, the client is closed at once, and the thread's interrupt
     * flag stays set.
     *
     * <p>If the client is draining already, this waits for that drain, and the patience of that drain applies. If the client
     * is closed, the result is empty, except for calls whose callbacks have not returned.
     *
     * @param patience how long calls may take to finish; zero cancels them at once
     * @throws NullPointerException if the patience is null
     * @throws IllegalArgumentException if the patience is negative
     * @throws IllegalStateException if this thread must not block
     */
    public DrainResult drain(Duration patience) {
        guard.check("drainAsync");
        return BlockingWait.forResult(drainAsync(patience), this::close);
    }

    /** As {@link #drain}, without blocking. Cancelling the returned future does not stop the drain. */
    public CompletableFuture<DrainResult> drainAsync(Duration patience) {
        if (Objects.requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("the patience must not be negative: " + patience);
        }
        Drain next = new Drain(calls, settings, this::close);
        Drain current = calls.drain(next);
        if (current == next) {
            next.begin(patience);
        }
        return current.result();
    }

    /**
     * Ends all generations in flight with {@link GenerationCancelledException.Reason#CLIENT_CLOSED}. Closes the transport if
     * the client created it; a transport that was passed in stays open. Idempotent.
     */
    @Override
    public void close() {
        calls.close();
        try {
            closer.run();
        } finally {
            calls.closed();
        }
    }

    /** The name that {@link Builder#name} has set: the one in thread names, meters and budgets. */
    public String name() {
        return settings.name();
    }

    /** The client's name, endpoint and transport. */
    @Override
    public String toString() {
        return "NeuralBox[" + settings.name() + ", " + settings.endpoint() + ", "
                + settings.transport().name() + "]";
    }

    private GenerationAnswer pickUp(String id, @Nullable String reservation) {
        guard.check("generationAsync");
        CompletableFuture<GenerationAnswer> answer = pickUpAsync(id, reservation, settings.callbacks());
        return waitFor(answer, () -> answer.completeExceptionally(GenerationQuery.interrupted(id)));
    }

    private CompletableFuture<GenerationAnswer> pickUpAsync(String id, @Nullable String reservation, Executor settler) {
        GenerationQuery.requireId(id);
        bills.requireReservation(reservation);
        CarriedContext context = settings.carried();
        return new GenerationQuery(settings, calls, id, false, bills.tenant(id), context, context.around(settler))
                .answer(bills, reservation);
    }

    private RequestTemplate streamed(GenerationRequest request) {
        return RequestTemplate.streamed(settings.endpoint(), request);
    }

    private RequestTemplate submitted(GenerationRequest request) {
        return RequestTemplate.submitted(settings.endpoint(), request);
    }

    private <T> T collect(GenerationRequest request, RequestTemplate template, Function<GenerationCall, T> wanted) {
        // Only this thread depends on the future, so any thread may complete it.
        CollectingSink<T> sink = new CollectingSink<>(wanted, Runnable::run);
        // Without the executor: this may be its only thread.
        GenerationCall call = call(request, template, sink, new KeptText(Integer.MAX_VALUE), settings.carried(), null);
        return waitFor(sink.collect(call), () -> call.cancel(GenerationCancelledException.Reason.INTERRUPTED));
    }

    private static <T> T waitFor(CompletableFuture<T> result, Runnable giveUp) {
        try {
            return BlockingWait.forResult(result, giveUp);
        } catch (NeuralBoxException e) {
            throw CallSite.named(e);
        }
    }

    private <T> CompletableFuture<T> collectAsync(
            GenerationRequest request, RequestTemplate template, Function<GenerationCall, T> wanted) {
        // With an executor, the turn that completes the future runs on the executor already.
        Executor settler = settings.executor() == null ? settings.callbacks() : Runnable::run;
        CarriedContext context = settings.carried();
        CollectingSink<T> sink = new CollectingSink<>(wanted, context.around(settler));
        return sink.collect(
                call(request, template, sink, new KeptText(Integer.MAX_VALUE), context, settings.executor()));
    }

    private GenerationCall call(
            GenerationRequest request,
            RequestTemplate template,
            EventSink sink,
            KeptText text,
            CarriedContext context,
            @Nullable Executor executor) {
        return new GenerationCall(settings, calls, bills, request, template, sink, text, context, executor);
    }

    /** Builds a client. Not thread-safe. Only a key is required. */
    public static final class Builder {

        private static final String KEY_VARIABLE = "NEURALBOX_API_KEY";
        private static final String BASE_VARIABLE = "NEURALBOX_BASE_URL";
        private static final String TRANSPORT_PROPERTY = "neuralbox.transport";

        private @Nullable Supplier<CompletionStage<ApiKey>> keys;
        private @Nullable URI baseUri;
        private boolean allowClearText;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private @Nullable Transport transport;
        private TransportConfig transportConfig = TransportConfig.defaults();
        private Timeouts timeouts = Timeouts.defaults();
        private RetryPolicy retryPolicy = RetryPolicy.defaults();
        private Limits limits = Limits.defaults();
        private final List<GenerationListener> listeners = new ArrayList<>();
        private @Nullable Executor executor;
        private @Nullable CallContext context;
        private @Nullable CreditGuard budget;
        private @Nullable Admission admission;
        private String name = "default";
        private @Nullable Delayer delayer;
        private @Nullable Executor callbacks;
        private Function<String, @Nullable String> environment = System::getenv;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder() {}

        /**
         * Sets the key. Default: the environment variable {@code NEURALBOX_API_KEY}.
         *
         * @throws IllegalArgumentException if it is blank, or holds a character that a header field cannot carry; the message
         *     does not repeat the key
         */
        public Builder apiKey(String apiKey) {
            CompletionStage<ApiKey> key = CompletableFuture.completedFuture(ApiKey.of(apiKey));
            this.keys = () -> key;
            return this;
        }

        /**
         * Sets a supplier that gives the key before each attempt, so that the key can be replaced while the client runs. For
         * the first attempt it runs on the thread that makes the call. For later attempts, or if the call waited for its
         * admission or its budget, it runs on a callback thread. Several calls may ask it at the same time. It must not block for long. If it throws,
         * or gives a malformed key, the call fails with an {@link AuthenticationException}.
         */
        public Builder apiKeySupplier(Supplier<String> supplier) {
            Objects.requireNonNull(supplier, "supplier");
            this.keys = () -> CompletableFuture.completedFuture(ApiKey.supplied(supplier.get()));
            return this;
        }

        /** As {@link #apiKeySupplier}, for a key that has to be fetched. Any thread may complete the stage. */
        public Builder asyncApiKeySupplier(Supplier<? extends CompletionStage<String>> supplier) {
            Objects.requireNonNull(supplier, "supplier");
            this.keys = () -> supplier.get().thenApply(ApiKey::supplied);
            return this;
        }

        /**
         * Sets the base URI, to which {@code /api/v2/generate} is appended. Default: the environment variable {@code
         * NEURALBOX_BASE_URL}, or {@code https://neuralbox.top} if that is not set.
         */
        public Builder baseUri(URI baseUri) {
            this.baseUri = Objects.requireNonNull(baseUri, "baseUri");
            return this;
        }

        /** Allows {@code http} for a host other than this machine. The key can then be read on the network. */
        public Builder allowClearText(boolean allowClearText) {
            this.allowClearText = allowClearText;
            return this;
        }

        /**
         * Adds a header field to each request, for example one that a gateway requires.
         *
         * @throws IllegalArgumentException if the client sets this field itself, or it is not well-formed; the message does not
         *     repeat the value
         */
        public Builder header(String name, String value) {
            HeaderFields.requireUsable(name, value);
            // The last call wins, and its spelling of the name too.
            headers.remove(name);
            headers.put(name, value);
            return this;
        }

        /**
         * Sets the transport. The caller must close it. Default: the installed one that the system property {@code
         * neuralbox.transport} names, or else the only one.
         */
        public Builder transport(Transport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /** Sets trust, proxy and pool of a transport that the client creates itself. */
        public Builder transportConfig(TransportConfig transportConfig) {
            this.transportConfig = Objects.requireNonNull(transportConfig, "transportConfig");
            return this;
        }

        /** Sets the time-outs of a request that does not set any. */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /** Sets how often a request that was certainly not charged is retried. */
        public Builder retryPolicy(RetryPolicy retryPolicy) {
            this.retryPolicy = Objects.requireNonNull(retryPolicy, "retryPolicy");
            return this;
        }

        /** Sets the size limits of one generation. */
        public Builder limits(Limits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** Adds a listener to every generation. */
        public Builder listener(GenerationListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Sets a budget, which admits or refuses each generation before its request is sent. Default: none. */
        public Builder budget(CreditGuard budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /** Limits how many generations run at the same time, in all and for each tenant. Default: no limit. */
        public Builder admission(Admission admission) {
            this.admission = Objects.requireNonNull(admission, "admission");
            return this;
        }

        /**
         * Runs these on an executor, one at a time for each generation: the signals of {@code publish}; the dependent stages of
         * all futures except those of {@code drainAsync}; and the signals of listeners for those calls. The client's threads
         * run a task that the executor refuses, or drops because it is shut down.
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Sets the context that a call carries from the thread that makes it to its callbacks. Default: none; the client's
         * threads inherit nothing from that thread.
         */
        public Builder context(CallContext context) {
            this.context = Objects.requireNonNull(context, "context");
            return this;
        }

        /**
         * Names the client in thread names, metrics and budgets. Default: {@code default}. Clients of the same name share the
         * limits of a budget.
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /** Sets the clock and timer, for tests of this package. */
        Builder delayer(Delayer delayer) {
            this.delayer = delayer;
            return this;
        }

        /** Sets the executor of callbacks that may block, for tests of this package. */
        Builder callbacks(Executor callbacks) {
            this.callbacks = callbacks;
            return this;
        }

        /** Sets the environment variables, for tests of this package. */
        Builder environment(Function<String, @Nullable String> environment) {
            this.environment = environment;
            return this;
        }

        /** Sets the source of random numbers from 0 to 1, for tests of this package. */
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /**
         * Builds the client. No connection is opened.
         *
         * @throws IllegalStateException if there is no key, or if no transport was passed in and none can be {@linkplain
         *     TransportProvider#choose chosen}
         * @throws IllegalArgumentException if the base URI is not usable, or the key of the environment is malformed
         */
        public NeuralBox build() {
            Supplier<CompletionStage<ApiKey>> supply = keys == null ? keyOfTheEnvironment() : keys;
            URI endpoint = Endpoint.generate(base(), allowClearText);
            List<TransportProvider> providers = TransportProvider.installedProviders();
            Transport carrier = transport == null
                    ? TransportProvider.choose(System.getProperty(TRANSPORT_PROPERTY))
                            .create(transportConfig)
                    : transport;
            TimerThread timer = new TimerThread(name);
            CallbackThreads threads = new CallbackThreads(name, timer);
            ClientSettings settings = new ClientSettings(
                    name,
                    endpoint,
                    supply,
                    Map.copyOf(headers),
                    UserAgent.of(carrier.name()),
                    carrier,
                    timeouts,
                    retryPolicy,
                    limits,
                    List.copyOf(listeners),
                    executor,
                    callbacks == null ? threads : callbacks,
                    context,
                    budget,
                    admission,
                    delayer == null ? timer : delayer,
                    random);
            ListenerFence.attached(settings.listeners(), name, carrier.name());
            Runnable closer = transport == null ? carrier::close : () -> {};
            List<Predicate<Thread>> loops = new ArrayList<>();
            loops.add(carrier::mustNotBlock);
            providers.forEach(provider -> loops.add(provider::mustNotBlock));
            return new NeuralBox(settings, new BlockingGuard(loops), () -> {
                timer.close();
                closer.run();
                threads.close();
            });
        }

        private URI base() {
            if (baseUri != null) {
                return baseUri;
            }
            String variable = environment.apply(BASE_VARIABLE);
            if (variable == null || variable.isBlank()) {
                return Endpoint.SERVICE;
            }
            try {
                return new URI(variable.trim());
            } catch (URISyntaxException e) {
                // The message of e quotes the value, which may hold credentials.
                throw new IllegalArgumentException("the environment variable " + BASE_VARIABLE + " is not a URI");
            }
        }

        private Supplier<CompletionStage<ApiKey>> keyOfTheEnvironment() {
            String variable = environment.apply(KEY_VARIABLE);
            if (variable == null || variable.isBlank()) {
                throw new IllegalStateException("no API key: set the environment variable " + KEY_VARIABLE
                        + ", or pass one to NeuralBox.builder().apiKey(..)");
            }
            CompletionStage<ApiKey> key = CompletableFuture.completedFuture(ApiKey.of(variable.trim()));
            return () -> key;
        }
    }
}
