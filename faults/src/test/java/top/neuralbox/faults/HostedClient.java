package top.neuralbox.faults;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import top.neuralbox.ConnectionException;
import top.neuralbox.DrainResult;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * A client in a process of its own, which suffers the faults of its machine. It takes commands in lines of its standard input,
 * and answers each with one line.
 */
final class HostedClient {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What each generation has that is started: the beginning, two pieces and the end. */
    private static final int EVENTS = 4;

    private static final byte[] OK = "ok\n".getBytes(StandardCharsets.US_ASCII);

    private final BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII), 1);
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final List<Reader> readers = new ArrayList<>();
    private @Nullable MachineFault fault;
    private @Nullable CompletableFuture<DrainResult> drain;
    private final Transport transport;
    private final CreditBudget budget;
    private final NeuralBox client;
    private final NeuralBox lost;

    private HostedClient(Carrier carrier, URI service, X509TrustManager trust, Duration idle) {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(trust);
        transport = carrier.transport(config);
        // A day at 100 credits, of which each call costs three.
        budget = CreditBudget.builder()
                .limit(new BigDecimal(100), Duration.ofDays(1))
                .estimate(request -> new BigDecimal(3))
                .build();
        client = client(service, idle).budget(budget).build();
        lost = client(nobody(carrier), idle).build();
    }

    /** Starts one in a child process. */
    static ChildJvm start(
            Carrier carrier,
            FaultServer server,
            Duration idle,
            List<String> wrapper,
            Map<String, String> environment,
            List<String> options) {
        return ChildJvm.start(
                wrapper,
                environment,
                options,
                HostedClient.class,
                List.of(carrier.name(), server.uri().toString(), authority(), Long.toString(idle.toMillis())));
    }

    public static void main(String[] arguments) throws Exception {
        HostedClient hosted = new HostedClient(
                Carrier.valueOf(arguments[0]),
                URI.create(arguments[1]),
                trust(arguments[2]),
                Duration.ofMillis(Long.parseLong(arguments[3])));
        for (String line = hosted.in.readLine(); line != null; line = hosted.in.readLine()) {
            hosted.out.write((hosted.answer(line) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        System.exit(0);
    }

    private String answer(String line) throws Exception {
        String[] words = line.split(" ");
        return switch (words[0]) {
            case "start" -> start();
            case "call" -> call(client);
            case "relay" -> relay();
            case "fallback" -> fallback();
            case "refused" -> refused();
            case "lost" -> call(lost);
            case "items" -> came(() -> items() >= Integer.parseInt(words[1]), () -> items() + " items" + ends());
            case "ends" ->
                words.length > 1
                        ? ends()
                        : came(() -> readers.stream().allMatch(Reader::ended), () -> "not all ended") + ends();
            case "spent" -> "spent=" + spent();
            case "wall" -> Instant.now().toString();
            case "heap" -> fullHeap(Duration.ofMillis(Long.parseLong(words[1])));
            case "descriptors" -> begin(new MachineFault.NoDescriptors());
            case "threads" -> {
                awaitIdleThreads();
                yield begin(new MachineFault.NoThreads());
            }
            case "over" -> over();
            case "drain" -> {
                drain = client.drainAsync(Duration.ofMillis(Long.parseLong(words[1])));
                yield "ok";
            }
            case "drained" ->
                came(() -> Objects.requireNonNull(drain).isDone(), () -> "drains") + describe(drain.join()) + ends();
            case "hook" -> {
                Duration patience = Duration.ofMillis(Long.parseLong(words[1]));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> drainBeforeTheEnd(patience)));
                yield "ok";
            }
            case "end" -> {
                client.close();
                yield "ok";
            }
            case "close" -> closed();
            default -> throw new IllegalArgumentException(line);
        };
    }

    private String start() {
        Reader reader = new Reader();
        readers.add(reader);
        client.publish(FaultRow.request()).subscribe(reader);
        return "ok";
    }

    private static String call(NeuralBox client) {
        return await(client.generateAsync(FaultRow.request())
                .handle((generation, error) -> error == null ? "completed" : describe(error)));
    }

    /** What people write: after a time-out, another call from the stage. Two replies are needed, and the first stalls. */
    private String fallback() {
        GenerationRequest stalling = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("Write a haiku"))
                .timeouts(Timeouts.builder().idle(Duration.ofMillis(500)).build())
                .build();
        return await(client.generateAsync(stalling)
                .thenApply(generation -> "no time-out")
                .exceptionally(
                        error -> client.generate(FaultRow.request()).text().isEmpty() ? "empty" : "completed"));
    }

    /** How long the service asks to wait, in whole seconds. */
    private String refused() {
        return await(client.generateAsync(FaultRow.request()).handle((generation, error) -> {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            return cause instanceof RateLimitException limit && limit.retryAfter() != null
                    ? "wait " + limit.retryAfter().toSeconds()
                    : "no wait";
        }));
    }

    private String relay() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        StreamRelay.of(client.publish(FaultRow.request())).writeTo(body);
        return body.toString(StandardCharsets.UTF_8).endsWith("[DONE]\n\n") ? "completed" : "broken";
    }

    private int items() {
        return readers.stream().mapToInt(reader -> reader.items.get()).sum();
    }

    private String ends() {
        return readers.stream().map(reader -> " " + reader.end()).collect(Collectors.joining());
    }

    private BigDecimal spent() {
        return budget.states("default", null).toCompletableFuture().join().stream()
                .map(state -> state.usage()
                        .spent()
                        .add(state.usage().reserved())
                        .add(state.usage().unsettled()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static String describe(DrainResult drained) {
        return " completed=" + drained.completed()
                + drained.cut().stream()
                        .map(cut -> " cut=" + cut.id() + "/" + cut.billingState() + "/"
                                + cut.error().partial().text())
                        .sorted()
                        .collect(Collectors.joining());
    }

    private void drainBeforeTheEnd(Duration patience) {
        CompletableFuture<DrainResult> draining = client.drainAsync(patience);
        say("draining");
        say(describe(draining.join()) + ends());
    }

    private void say(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is left once client and transport are closed: threads, beside those of the JDK and of this class. */
    private String closed() {
        client.close();
        lost.close();
        transport.close();
        return came(() -> threads().isEmpty(), () -> threads().toString());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        name.startsWith("neuralbox") || name.startsWith("vert.x") || name.startsWith("httpclient"))
                .sorted()
                .toList();
    }

    /** Threads that callbacks have used lately would serve them for another while. One may stay. */
    private static void awaitIdleThreads() {
        try {
            FaultClock.await(
                    "their end",
                    Duration.ofSeconds(4),
                    () -> threads().stream().noneMatch(name -> name.startsWith("neuralbox-callback")));
        } catch (AssertionError oneStays) {
            // As it may.
        }
    }

    private static String came(BooleanSupplier condition, Supplier<String> otherwise) {
        try {
            FaultClock.await("it", PATIENCE, condition);
            return "ok";
        } catch (AssertionError e) {
            return otherwise.get();
        }
    }

    private static String describe(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (!(cause instanceof NeuralBoxException failure)) {
            return String.valueOf(cause);
        }
        String reason = failure instanceof ConnectionException connection ? "/" + connection.reason() : "";
        return failure.getClass().getSimpleName() + reason + "/" + failure.billingState() + "/" + failure.phase();
    }

    private static String await(CompletableFuture<String> told) {
        try {
            return told.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return "threw " + e.getCause();
        } catch (TimeoutException e) {
            return "hangs";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String begin(MachineFault next) {
        fault = next;
        next.begin();
        return "ok";
    }

    private String over() {
        Objects.requireNonNull(fault).end();
        return "ok";
    }

    /** Answers "ok" once the heap is full, and again when it was for so long. */
    private String fullHeap(Duration time) throws IOException {
        MachineFault full = new MachineFault.FullHeap();
        full.begin();
        out.write(OK);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < time.toNanos()) {
            full.begin();
        }
        full.end();
        return "ok";
    }

    private NeuralBox.Builder client(URI service, Duration idle) {
        return NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .baseUri(service)
                .transport(transport)
                .timeouts(Timeouts.builder().idle(idle).connect(PATIENCE).build())
                .retryPolicy(RetryPolicy.none());
    }

    /** Where nobody listens. */
    static URI nobody(Carrier carrier) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create((carrier.isHttp2() ? "https" : "http") + "://127.0.0.1:" + socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String authority() {
        try {
            return Base64.getEncoder()
                    .encodeToString(Certificates.ALL
                            .trustManager()
                            .getAcceptedIssuers()[0]
                            .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509TrustManager trust(String authority) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry(
                "authority",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Base64.getDecoder().decode(authority))));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust) {
                return trust;
            }
        }
        throw new IllegalStateException("no trust manager");
    }

    /** Reads one generation, and needs no memory for it. */
    private static final class Reader implements Flow.Subscriber<GenerationEvent> {

        private final AtomicInteger items = new AtomicInteger();
        private final AtomicInteger signals = new AtomicInteger();
        private volatile @Nullable Throwable error;

        private boolean ended() {
            return signals.get() > 0;
        }

        private String end() {
            Throwable failure = error;
            if (signals.get() != 1) {
                return signals + " signals";
            }
            return failure != null ? describe(failure) : items.get() == EVENTS ? "completed" : "completed without some";
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(GenerationEvent event) {
            items.incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {
            error = failure;
            signals.incrementAndGet();
        }

        @Override
        public void onComplete() {
            signals.incrementAndGet();
        }
    }
}
