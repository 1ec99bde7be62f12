package top.neuralbox.budget.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.RedisClient;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;

/**
 * One process of a simulated fleet, seen from the test; {@link #main} is what runs in it. Each of its clients has a store and a
 * connection to Redis of its own, as an instance of an application has.
 */
final class SimulatedClients implements AutoCloseable {

    static final String NAMESPACE = "account";
    static final BigDecimal CREDITS_A_DAY = new BigDecimal(1_000_000);
    static final BigDecimal PRICE = new BigDecimal(3);

    private static final BigDecimal MUCH = new BigDecimal(1_000_000_000);
    /** How often a client asks again once it was refused: a limit that gave way would show. */
    private static final int REFUSALS = 3;

    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;

    private SimulatedClients(Process process) throws IOException {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"ready".equals(out.readLine())) {
            throw new IOException("the process of the fleet did not start");
        }
    }

    static SimulatedClients start(int redis, URI service, Transports transport, int clients, SimulatedLimits limits)
            throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new SimulatedClients(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        classPath,
                        SimulatedClients.class.getName(),
                        String.valueOf(redis),
                        service.toString(),
                        transport.name(),
                        String.valueOf(clients),
                        String.valueOf(limits.hour()),
                        String.valueOf(limits.day()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Tells the process to begin a task, whose result {@link #result} waits for. */
    void begin(String task) {
        in.println(task);
    }

    long[] result() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the process of the fleet died");
        }
        return Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] args) throws Exception {
        int redis = Integer.parseInt(args[0]);
        URI service = URI.create(args[1]);
        int clients = Integer.parseInt(args[3]);
        SimulatedLimits limits = new SimulatedLimits(Long.parseLong(args[4]), Long.parseLong(args[5]));
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<RedisClient> connections = new ArrayList<>();
        List<RedisBudgetStore> stores = new ArrayList<>();
        try (Transport transport = Transports.valueOf(args[2]).open()) {
            for (int i = 0; i < clients; i++) {
                RedisClient connection = RedisServer.client(redis, RedisServer.PASSWORD);
                connections.add(connection);
                stores.add(RedisBudgetStore.builder(connection)
                        .namespace(NAMESPACE)
                        .threads(1)
                        .timeout(RedisServer.PATIENCE)
                        .build());
            }
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String task = in.readLine(); task != null; task = in.readLine()) {
                if (task.equals("spend")) {
                    report(sum(onEach(threads, stores, store -> spend(service, transport, store, limits))));
                } else {
                    String[] ask = task.split(" ");
                    report(onEach(
                            threads, stores, store -> ask(store, Long.parseLong(ask[1]), Long.parseLong(ask[2]))));
                }
            }
        }
        stores.forEach(RedisBudgetStore::close);
        connections.forEach(RedisClient::close);
        System.exit(0);
    }

    /** Generates and looks at the balance until the budget refuses. Answers what completed, was refused, hit the service. */
    private static long[] spend(URI service, Transport transport, RedisBudgetStore store, SimulatedLimits limits) {
        CreditBudget budget = CreditBudget.builder()
                .limit(CREDITS_A_DAY, Duration.ofDays(1))
                .requestLimit(limits.hour(), Duration.ofHours(1))
                .requestLimit(limits.day(), Duration.ofDays(1))
                .estimate(request -> PRICE)
                .store(store)
                .build();
        long[] counts = new long[3];
        try (NeuralBox client = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service)
                .transport(transport)
                .budget(budget)
                .build()) {
            for (int i = 0; counts[1] < REFUSALS; i++) {
                try {
                    if (i % 3 == 2) {
                        client.account().forget();
                        counts[0] += client.account().balance().credits() == null ? 0 : 1;
                    } else {
                        counts[0] += client.generate(GenerationRequest.of("gpt-5", "hello"))
                                        .text()
                                        .isEmpty()
                                ? 0
                                : 1;
                    }
                } catch (BudgetExceededException e) {
                    counts[1]++;
                } catch (RateLimitException e) {
                    counts[2]++;
                } catch (NeuralBoxException e) {
                    // The service refuses some on purpose; they count as requests all the same.
                }
            }
        }
        return counts;
    }

    /**
     * Reserves and settles for so many seconds, with a pause after each pair, one at a time. Answers how many microseconds each
     * reservation took.
     */
    private static long[] ask(RedisBudgetStore store, long seconds, long pauseMillis) throws InterruptedException {
        List<BudgetLine> lines = List.of(
                BudgetLine.credits("PT24H of client default", MUCH, Duration.ofDays(1))
                        .withAmount(PRICE),
                BudgetLine.credits("PT1H of tenant acme", MUCH, Duration.ofHours(1))
                        .withAmount(PRICE),
                BudgetLine.requests("requests in PT1H of client default", MUCH, Duration.ofHours(1))
                        .withAmount(BigDecimal.ONE),
                BudgetLine.requests("requests in PT24H of client default", MUCH, Duration.ofDays(1))
                        .withAmount(BigDecimal.ONE));
        List<Long> micros = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            String reservation = UUID.randomUUID().toString();
            long begin = System.nanoTime();
            if (store.reserve(reservation, lines).toCompletableFuture().join().isPresent()) {
                throw new IllegalStateException("the limit is too low for this simulation");
            }
            micros.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
            store.settle(reservation, PRICE).toCompletableFuture().join();
            if (pauseMillis > 0) {
                Thread.sleep(pauseMillis);
            }
        }
        return micros.stream().mapToLong(Long::longValue).toArray();
    }

    private interface Task {
        long[] run(RedisBudgetStore store) throws Exception;
    }

    private static List<long[]> onEach(ExecutorService threads, List<RedisBudgetStore> stores, Task task)
            throws Exception {
        List<Callable<long[]>> tasks = new ArrayList<>();
        for (RedisBudgetStore store : stores) {
            tasks.add(() -> task.run(store));
        }
        List<long[]> results = new ArrayList<>();
        for (Future<long[]> result : threads.invokeAll(tasks)) {
            results.add(result.get());
        }
        return results;
    }

    private static List<long[]> sum(List<long[]> counts) {
        long[] sum = new long[3];
        for (long[] count : counts) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += count[i];
            }
        }
        return List.of(sum);
    }

    private static void report(List<long[]> results) {
        StringBuilder line = new StringBuilder();
        for (long[] result : results) {
            for (long figure : result) {
                line.append(line.length() == 0 ? "" : " ").append(figure);
            }
        }
        System.out.println(line);
    }
}
