package top.neuralbox.testkit.local;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.socket.SocketServer;

/**
 * A NeuralBox service inside the test. It has real sockets on 127.0.0.1, the documented requests, events and errors, an account
 * that is charged, and {@link Fault}s on demand.
 *
 * <pre>{@code
 * try (LocalNeuralBox service = LocalNeuralBox.start()) {
 *     service.misbehave(Fault.cutAfter(200));
 *     NeuralBox client = NeuralBox.builder()
 *             .baseUri(service.uri())
 *             .apiKey(LocalNeuralBox.apiKey())
 *             .build();
 *     …
 * }
 * }</pre>
 *
 * <p>It accepts every key that begins with {@code nb_}; all of them belong to one account. It knows the text models
 * {@code gpt-5} (3 credits), {@code gpt-5-mini} (1), {@code claude-sonnet-4-5} (5), {@code gemini-2.5-pro} (4) and the media
 * models {@code dall-e-3} (8), {@code veo-3} (40), {@code tts-1} (2), {@code whisper-1} (2). An assistant answers as
 * {@code gpt-5}. Any other model is {@code not_found} unless {@link Builder#model} adds it.
 *
 * <p><b>Charges.</b> The account is charged the model's price right before {@code generation_end} is written. A generation that
 * failed earlier, or whose client left earlier, costs nothing. If the client leaves while {@code generation_end} is being sent,
 * the generation is charged, although the client may never see it.
 *
 * <p><b>States.</b> Each generation, text or media, can be asked for by its id on both documented paths, also after its stream
 * broke: it is then {@code completed} if it was charged, and {@code failed} otherwise.
 *
 * <p><b>Counts.</b> Each generate request ends with exactly one {@link Outcome}. The credits charged are always the first
 * balance less the balance now, and the sum of the prices of all {@link Outcome#COMPLETED} generations. A generation is counted
 * before its last event is written, so a client that saw the end finds it counted.
 *
 * <p>Thread-safe. Its threads are daemons.
 *
 * @since 0.1.0
 */
public final class LocalNeuralBox implements AutoCloseable {

    /** The ways in which a generate request ends. */
    public enum Outcome {
        /** Charged: {@code generation_end}, or a complete answer that does not stream, was about to be written. */
        COMPLETED,
        /** The client left, or the service was closed, before {@code generation_end}. Not charged. */
        DISCONNECTED,
        /** A {@link Fault} failed or cut the generation before {@code generation_end}. Not charged. */
        FAILED,
        /** Nothing was generated: the answer was an error status, or a scripted {@link Fault#answer}. Not charged. */
        REFUSED
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LocalAccount account;
    private final GenerationTally tally = new GenerationTally();
    private final FaultScript faults = new FaultScript();
    private final LocalService service;
    private final SocketServer server;

    private LocalNeuralBox(Builder builder) {
        this.account = new LocalAccount(builder.balance);
        this.service = new LocalService(builder, account, tally, faults);
        this.server = SocketServer.start("local-neuralbox", builder.port, socket -> socket, service, service::received);
    }

    /** Starts a service with the defaults of {@link Builder}. */
    public static LocalNeuralBox start() {
        return builder().start();
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A key of the documented form, which only local services accept. */
    public static String apiKey() {
        return "nb_" + "local".repeat(9);
    }

    /** The base URI for a client: {@code http://127.0.0.1:port}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** The port on which it listens. */
    public int port() {
        return server.port();
    }

    /**
     * Queues these faults, all of them together, for the next request. A second call before that request scripts the request
     * after it, and so on. Requests of any path count.
     */
    public void misbehave(Fault... faults) {
        this.faults.add(List.of(faults));
    }

    /** Sets these faults for each request for which {@link #misbehave} has queued none, until {@link #behave}. */
    public void misbehaveAlways(Fault... faults) {
        this.faults.always(List.of(faults));
    }

    /** Removes all queued faults, and those that {@link #misbehaveAlways} has set. */
    public void behave() {
        faults.clear();
    }

    /**
     * Credits left on the account. May be negative, because concurrent generations may all have begun while credits were left.
     */
    public BigDecimal balance() {
        return account.balance();
    }

    /** Credits charged since the start. */
    public BigDecimal creditsCharged() {
        return account.charged();
    }

    /** How many generate requests ended with this outcome. */
    public long generations(Outcome outcome) {
        return tally.count(outcome);
    }

    /**
     * Deltas sent to all clients since the start. Each is counted right before it is written. A delta that a fault cuts is not
     * counted. A delta that a leaving client no longer receives may be counted.
     */
    public long deltasSent() {
        return tally.deltas();
    }

    /** Streams that were accepted and whose response has not ended. */
    public long openStreams() {
        return tally.openStreams();
    }

    /** Connections accepted since the start. */
    public long connectionCount() {
        return server.connectionCount();
    }

    /** Connections open now, idle ones included. */
    public int openConnections() {
        return server.openConnections();
    }

    /** Complete requests since the start, of any path. */
    public long requestCount() {
        return service.requestCount();
    }

    /** The last thousand requests, oldest first. Unmodifiable. */
    public List<ReceivedRequest> requests() {
        return service.requests();
    }

    /**
     * Waits until at least this many generate requests have ended with this outcome since the start.
     *
     * @throws AssertionError if that takes longer than ten seconds
     */
    public void awaitGenerations(Outcome outcome, long count) {
        tally.awaitCount(outcome, count, PATIENCE);
    }

    /**
     * Waits until at least one client has left before its generation was complete.
     *
     * @throws AssertionError if no client has left when the patience ends
     */
    public void awaitDisconnect(Duration patience) {
        tally.awaitCount(Outcome.DISCONNECTED, 1, patience);
    }

    /**
     * Waits until exactly this many streams are open. A client may have read the end of its stream shortly before the stream
     * counts as ended here.
     *
     * @throws AssertionError if another number is open when the patience ends
     */
    public void awaitOpenStreams(long count, Duration patience) {
        tally.awaitOpenStreams(count, patience);
    }

    /**
     * Waits until no stream is open.
     *
     * @throws AssertionError if a stream is still open when the patience ends
     */
    public void awaitNoOpenStreams(Duration patience) {
        tally.awaitOpenStreams(0, patience);
    }

    /**
     * Waits until no connection is open.
     *
     * @throws AssertionError if a connection is still open when the patience ends
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public void awaitNoOpenConnections(Duration patience) throws InterruptedException {
        server.awaitNoOpenConnections(patience);
    }

    /**
     * Stops listening and closes all connections; streams that are open end as {@link Outcome#DISCONNECTED}.
     * Idempotent.
     */
    @Override
    public void close() {
        server.close();
    }

    /** The address and the counts, without a key. */
    @Override
    public String toString() {
        return "LocalNeuralBox[" + uri() + ", requests=" + requestCount() + ", openStreams=" + openStreams() + "]";
    }

    /** Collects the settings of a service. Not thread-safe. */
    public static final class Builder {

        private static final int MOST_DIGITS = 18;
        private static final int MOST_DECIMALS = 18;

        int port;
        Duration pace = Duration.ZERO;
        BigDecimal balance = BigDecimal.valueOf(300);
        final Map<String, LocalModel> models = new LinkedHashMap<>(LocalModel.wellKnown());

        @Nullable
        List<String> deltas;

        WireSpelling spelling = WireSpelling.FIRST;
        long requestsPerHour = 1_000_000;
        long requestsPerDay = 10_000_000;
        int mediaPolls;
        Clock clock = Clock.systemUTC();

        @Nullable
        PrintStream log;

        private Builder() {}

        /**
         * Sets the port.
         *
         * @param port 0 to 65,535; 0, the default, takes a free one
         */
        public Builder port(int port) {
            require(port >= 0 && port <= 65_535, "port must lie between 0 and 65535: " + port);
            this.port = port;
            return this;
        }

        /** Sets the time between two deltas. The default, zero, sends as fast as the client takes. */
        public Builder pace(Duration pace) {
            require(!pace.isNegative(), "pace must not be negative: " + pace);
            this.pace = pace;
            return this;
        }

        /**
         * Sets the credits on the account. Default 300. At zero or below, generations are refused with status 402.
         *
         * @param credits between -10^18 and 10^18, with 18 decimals at the most
         */
        public Builder balance(BigDecimal credits) {
            this.balance = requireCredits(credits);
            return this;
        }

        /**
         * Adds a model, or replaces one.
         *
         * @param category {@code text}, or a category that does not stream, for example {@code image}
         * @param credits the price of one answer, from 0 to 10^18, with 18 decimals at the most
         */
        public Builder model(String slug, String category, BigDecimal credits) {
            require(requireCredits(credits).signum() >= 0, "credits must not be negative: " + credits);
            models.put(slug, new LocalModel(slug, Objects.requireNonNull(category, "category"), credits));
            return this;
        }

        /** Fixes the text of each answer; it is sent word by word. Default: a short story that depends only on the prompt. */
        public Builder answer(String text) {
            return deltas(Story.words(text));
        }

        /** Fixes the deltas of each answer. They are sent as they are: one may be empty, or end in half a surrogate pair. */
        public Builder deltas(List<String> deltas) {
            this.deltas = List.copyOf(deltas);
            return this;
        }

        /** Sets the spelling of fields. Default {@link WireSpelling#FIRST}. */
        public Builder spelling(WireSpelling spelling) {
            this.spelling = Objects.requireNonNull(spelling, "spelling");
            return this;
        }

        /**
         * Sets how many requests the account may send in an hour and in a day of UTC. Further ones are refused with status 429.
         * Default: a million and ten million.
         */
        public Builder rateLimit(long requestsPerHour, long requestsPerDay) {
            require(requestsPerHour >= 0, "requestsPerHour must not be negative: " + requestsPerHour);
            require(requestsPerDay >= 0, "requestsPerDay must not be negative: " + requestsPerDay);
            this.requestsPerHour = requestsPerHour;
            this.requestsPerDay = requestsPerDay;
            return this;
        }

        /**
         * Sets how many times a client must poll a media result until it is complete. Default 0: the first answer is complete.
         */
        public Builder mediaPolls(int polls) {
            require(polls >= 0, "polls must not be negative: " + polls);
            this.mediaPolls = polls;
            return this;
        }

        /**
         * Prints one line about each generate request when it has ended: the id, the model, the {@link Outcome} and the
         * credits charged. For a refused request, the status stands in place of the id and the model. A line never has a
         * key, a prompt or a text. Default: nothing is printed.
         *
         * @param out is not closed
         */
        public Builder log(PrintStream out) {
            this.log = Objects.requireNonNull(out, "out");
            return this;
        }

        Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Starts the service.
         *
         * @throws java.io.UncheckedIOException if the port is taken
         */
        public LocalNeuralBox start() {
            return new LocalNeuralBox(this);
        }

        /** Checks a figure of an account: larger ones, written out, would fill the memory. */
        private static BigDecimal requireCredits(BigDecimal credits) {
            boolean ordinary =
                    credits.scale() <= MOST_DECIMALS && (long) credits.precision() - credits.scale() <= MOST_DIGITS;
            require(ordinary, "credits must lie between -10^18 and 10^18, with 18 decimals at the most: " + credits);
            return credits;
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
