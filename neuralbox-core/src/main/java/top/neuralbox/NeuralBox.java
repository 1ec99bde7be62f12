package top.neuralbox;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * The client. Make one for each account and keep it: it is thread-safe and holds the connections.
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
 * <p>There are four ways to read a generation: {@link #stream} for a thread that waits, {@link #publish} for reactive code
 * with exact demand, {@link #generate} and {@link #generateAsync} for the whole answer. All of them send a request once,
 * and again only if the service surely did not charge it; see {@link RetryPolicy}.
 *
 * <p>Signals of {@code publish} and of listeners come on the engine's thread: do not block there, or set {@link
 * Builder#executor}. Stages of futures, and signals that a timer, a cancel or {@link #close} raises, run on daemon threads
 * where they may block. The package's description has the whole table.
 *
 * @since 0.1.0
 */
public final class NeuralBox implements AutoCloseable {

    private final ClientSettings settings;
    private final CallRegistry calls = new CallRegistry();
    private final BlockingGuard guard;
    private final Account account;
    private final Account accountOfBudget;
    private final @Nullable CreditGuard budget;
    private final Runnable closer;

    NeuralBox(ClientSettings settings, BlockingGuard guard, @Nullable CreditGuard budget, Runnable closer) {
        this.settings = settings;
        this.guard = guard;
        this.account = new Account(settings, calls, guard);
        this.accountOfBudget = account.withoutExecutor();
        this.budget = budget;
        this.closer = closer;
    }

    /**
     * A client with the key of the environment variable {@code NEURALBOX_API_KEY}, the base URI of {@code
     * NEURALBOX_BASE_URL} if that is set, the one transport that is on the class path, and defaults for the rest.
     *
     * @throws IllegalStateException if there is no key, or not exactly one transport
     */
    public static NeuralBox create() {
        return builder().build();
    }

    /** A client with settings of your own. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a request and reads its events by waiting for them. Returns at once.
     *
     * @throws NullPointerException if the request is null
     */
    public GenerationStream stream(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        PullSink sink = new PullSink();
        KeptText text = new KeptText(settings.limits().keptText());
        GenerationCall call = call(request, streamed(request), sink, text, settings.carried(), null);
        call.send();
        return new GenerationStream(call, sink, text, guard);
    }

    /**
     * Events with exact demand. The publisher is cold: <b>each subscription is one paid call</b>, whose request is sent when
     * the first event is asked for. Cancelling the subscription stops the generation.
     *
     * <p>A generation that does not complete ends with {@code onError} and a {@link NeuralBoxException}.
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
     * Generates and waits for the whole answer, which is streamed and collected. A thread that is interrupted cancels the
     * generation; its interrupt flag stays set.
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
     * Generates the whole answer without blocking. Cancelling the returned future stops the generation; cancelling one that
     * was derived from it does not.
     *
     * @return a future that fails with a {@link NeuralBoxException} if the generation does not complete
     * @throws NullPointerException if the request is null
     */
    public CompletableFuture<Generation> generateAsync(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        return collectAsync(request, streamed(request), GenerationCall::generation);
    }

    /**
     * Asks for an answer that does not stream, and waits for it: a text in one piece, or what a model of images, video or
     * sound makes (wire contract, part B). A result that takes longer comes back as {@link GenerationAnswer.Pending}. A thread
     * that is interrupted gives the request up; its interrupt flag stays set.
     *
     * <p>It is sent again under the same conditions as a stream, and listeners hear of it as of one.
     *
     * @throws NullPointerException if the request is null
     * @throws GenerationFailedException if the service gave the generation up; its {@code billingState()} says what is known
     *     of the charge
     * @throws NeuralBoxException if there is no answer for another reason
     * @throws IllegalStateException if this thread must not block
     */
    public GenerationAnswer submit(GenerationRequest request) {
        guard.check("submitAsync");
        Objects.requireNonNull(request, "request");
        return collect(request, submitted(request), GenerationCall::answer);
    }

    /**
     * As {@link #submit}, without blocking. Cancelling the returned future gives the request up; cancelling one that was
     * derived from it does not.
     *
     * @return a future that fails with a {@link NeuralBoxException}
     */
    public CompletableFuture<GenerationAnswer> submitAsync(GenerationRequest request) {
        Objects.requireNonNull(request, "request");
        return collectAsync(request, submitted(request), GenerationCall::answer);
    }

    /**
     * Waits for a pending result by asking the service for it from time to time, which costs nothing. A question that the
     * network or the service fails to answer is asked again later; a thread that is interrupted stops asking, and its
     * interrupt flag stays set.
     *
     * @return the result: never pending
     * @throws GenerationFailedException if the service gave the generation up; its {@code billingState()} says what is known
     *     of the charge
     * @throws GenerationTimeoutException of the timer {@code TOTAL} after {@link Polling#total()}; the service may still
     *     finish, and be asked again
     * @throws NeuralBoxException if the service refuses to answer, or the client is closed
     * @throws IllegalStateException if this thread must not block
     */
    public GenerationAnswer await(GenerationAnswer.Pending pending) {
        return await(pending, Polling.defaults());
    }

    /** As {@link #await(GenerationAnswer.Pending)}, with waits and a bound of one's own. */
    public GenerationAnswer await(GenerationAnswer.Pending pending, Polling polling) {
        guard.check("awaitAsync");
        PendingPoll poll = new PendingPoll(settings, calls, pending, polling, settings.callbacks());
        return waitFor(poll.start(), () -> poll.cancel(GenerationCancelledException.Reason.INTERRUPTED));
    }

    /**
     * As {@link #await(GenerationAnswer.Pending)}, without blocking. Cancelling the returned future stops asking, though not the
     * generation.
     */
    public CompletableFuture<GenerationAnswer> awaitAsync(GenerationAnswer.Pending pending) {
        return awaitAsync(pending, Polling.defaults());
    }

    /** As {@link #awaitAsync(GenerationAnswer.Pending)}, with waits and a bound of one's own. */
    public CompletableFuture<GenerationAnswer> awaitAsync(GenerationAnswer.Pending pending, Polling polling) {
        return new PendingPoll(settings, calls, pending, polling, settings.settler()).start();
    }

    /** The account that the client's key belongs to, and the models it may use. */
    public Account account() {
        return account;
    }

    /**
     * Ends all generations in flight with {@link GenerationCancelledException.Reason#CLIENT_CLOSED}, and closes the
     * transport if the client found or made it; one that was passed in stays the caller's. Idempotent.
     */
    @Override
    public void close() {
        calls.close();
        closer.run();
    }

    /** The client's name, endpoint and transport. */
    @Override
    public String toString() {
        return "NeuralBox[" + settings.name() + ", " + settings.endpoint() + ", "
                + settings.transport().name() + "]";
    }

    private @Nullable CompletionStage<CreditGuard.Reservation> reserve(GenerationRequest request, GenerationInfo info) {
        return budget == null ? null : budget.reserve(request, info, accountOfBudget);
    }

    private Outgoing streamed(GenerationRequest request) {
        return Outgoing.streamed(settings.endpoint(), request);
    }

    private Outgoing submitted(GenerationRequest request) {
        return Outgoing.submitted(settings.endpoint(), request);
    }

    private <T> T collect(GenerationRequest request, Outgoing outgoing, Function<GenerationCall, T> wanted) {
        // Nothing but this thread depends on the future, so it may be settled anywhere.
        CollectingSink<T> sink = new CollectingSink<>(wanted, Runnable::run);
        // Without the executor: this thread may be its only one.
        GenerationCall call = call(request, outgoing, sink, new KeptText(Integer.MAX_VALUE), settings.carried(), null);
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
            GenerationRequest request, Outgoing outgoing, Function<GenerationCall, T> wanted) {
        // Turns that are taken on the executor settle it there.
        Executor settler = settings.executor() == null ? settings.callbacks() : Runnable::run;
        CarriedContext context = settings.carried();
        CollectingSink<T> sink = new CollectingSink<>(wanted, context.around(settler));
        return sink.collect(
                call(request, outgoing, sink, new KeptText(Integer.MAX_VALUE), context, settings.executor()));
    }

    private GenerationCall call(
            GenerationRequest request,
            Outgoing outgoing,
            EventSink sink,
            KeptText text,
            CarriedContext context,
            @Nullable Executor executor) {
        return new GenerationCall(settings, calls, this::reserve, request, outgoing, sink, text, context, executor);
    }

    /** Collects the settings of a client. Not thread-safe. Only a key is needed. */
    public static final class Builder {

        private static final String KEY_VARIABLE = "NEURALBOX_API_KEY";
        private static final String BASE_VARIABLE = "NEURALBOX_BASE_URL";

        private @Nullable Supplier<CompletionStage<ApiKey>> keys;
        private @Nullable URI baseUri;
        private boolean allowClearText;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable Transport transport;
        private TransportConfig transportConfig = TransportConfig.defaults();
        private Timeouts timeouts = Timeouts.defaults();
        private RetryPolicy retryPolicy = RetryPolicy.defaults();
        private Limits limits = Limits.defaults();
        private final List<GenerationListener> listeners = new ArrayList<>();
        private @Nullable Executor executor;
        private @Nullable CallContext context;
        private @Nullable CreditGuard budget;
        private String name = "default";
        private @Nullable Delayer delayer;
        private @Nullable Executor callbacks;
        private Function<String, @Nullable String> environment = System::getenv;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder() {}

        /**
         * Sets the key. Default: the environment variable {@code NEURALBOX_API_KEY}.
         *
         * @throws IllegalArgumentException if it is blank, or holds a character that a header field cannot carry; it is not
         *     echoed
         */
        public Builder apiKey(String apiKey) {
            CompletionStage<ApiKey> key = CompletableFuture.completedFuture(ApiKey.of(apiKey));
            this.keys = () -> key;
            return this;
        }

        /**
         * Sets where the key comes from before each attempt, so that it can be exchanged while the client runs. The supplier
         * must not block for long; if it throws, or gives a malformed key, the call fails with an {@link
         * AuthenticationException}.
         */
        public Builder apiKeySupplier(Supplier<String> supplier) {
            Objects.requireNonNull(supplier, "supplier");
            this.keys = () -> CompletableFuture.completedFuture(ApiKey.of(supplier.get()));
            return this;
        }

        /** As {@link #apiKeySupplier}, for a key that has to be fetched; the stage may settle on any thread. */
        public Builder asyncApiKeySupplier(Supplier<? extends CompletionStage<String>> supplier) {
            Objects.requireNonNull(supplier, "supplier");
            this.keys = () -> supplier.get().thenApply(ApiKey::of);
            return this;
        }

        /**
         * Sets the base URI, below which {@code /api/v2/generate} lies. Default: the environment variable {@code
         * NEURALBOX_BASE_URL}, else {@code https://neuralbox.top}.
         */
        public Builder baseUri(URI baseUri) {
            this.baseUri = Objects.requireNonNull(baseUri, "baseUri");
            return this;
        }

        /** Whether {@code http} is good enough for a host other than this machine: the key is then readable on the way. */
        public Builder allowClearText(boolean allowClearText) {
            this.allowClearText = allowClearText;
            return this;
        }

        /**
         * Adds a header field to each request, for example one that a gateway asks for.
         *
         * @throws IllegalArgumentException if the client sets this field itself, or it is not well-formed; the value is not
         *     echoed
         */
        public Builder header(String name, String value) {
            HeaderFields.requireUsable(name, value);
            headers.put(name, value);
            return this;
        }

        /** Sets the transport, which stays the caller's to close. Default: the one on the class path. */
        public Builder transport(Transport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /** Sets how a transport is made that the client finds by itself: trust, proxy, pool. */
        public Builder transportConfig(TransportConfig transportConfig) {
            this.transportConfig = Objects.requireNonNull(transportConfig, "transportConfig");
            return this;
        }

        /** Sets the time-outs of requests that have none of their own. */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /** Sets how often what was surely not charged is sent again. */
        public Builder retryPolicy(RetryPolicy retryPolicy) {
            this.retryPolicy = Objects.requireNonNull(retryPolicy, "retryPolicy");
            return this;
        }

        /** Sets how much one generation may bring. */
        public Builder limits(Limits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** Adds a listener that hears of every generation. */
        public Builder listener(GenerationListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Sets who decides, before anything is sent, whether a generation may cost what it may. Default: nobody. */
        public Builder budget(CreditGuard budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /**
         * Moves the signals of {@code publish} and the stages of all futures to an executor, serially for each generation. What
         * the executor refuses, or drops because it is shut down, is done on threads of the client's own.
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Sets what calls carry from where they are made to their callbacks. Default: nothing, and threads of the client inherit
         * nothing either.
         */
        public Builder context(CallContext context) {
            this.context = Objects.requireNonNull(context, "context");
            return this;
        }

        /** Names the client in thread names and metrics. Default: {@code default}. */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /** Sets time, for tests of this package. */
        Builder delayer(Delayer delayer) {
            this.delayer = delayer;
            return this;
        }

        /** Sets where callbacks run that may block, for tests of this package. */
        Builder callbacks(Executor callbacks) {
            this.callbacks = callbacks;
            return this;
        }

        /** Sets the environment's variables, for tests of this package. */
        Builder environment(Function<String, @Nullable String> environment) {
            this.environment = environment;
            return this;
        }

        /** Sets chance, from 0 to 1, for tests of this package. */
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /**
         * Makes the client. No connection is opened.
         *
         * @throws IllegalStateException if there is no key, or no transport was passed in and not exactly one is found
         * @throws IllegalArgumentException if the base URI is not usable
         */
        public NeuralBox build() {
            Supplier<CompletionStage<ApiKey>> supply = keys == null ? keyOfTheEnvironment() : keys;
            URI endpoint = Endpoint.generate(base(), allowClearText);
            List<TransportProvider> providers = TransportLoader.providers();
            Transport carrier = transport == null
                    ? TransportLoader.choose(providers, System.getProperty(TransportLoader.PROPERTY))
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
                    delayer == null ? timer : delayer,
                    random);
            ListenerFence.attached(settings.listeners(), name, carrier.name());
            Runnable closer = transport == null ? carrier::close : () -> {};
            return new NeuralBox(settings, new BlockingGuard(carrier, providers), budget, () -> {
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
                // Its message quotes the value, which may hold credentials.
                throw new IllegalArgumentException("the environment variable " + BASE_VARIABLE + " is no URI");
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
