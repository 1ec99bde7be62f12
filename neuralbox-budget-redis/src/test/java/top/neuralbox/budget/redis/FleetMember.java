package top.neuralbox.budget.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import redis.clients.jedis.RedisClient;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;

/** One process of a fleet, seen from the test; {@link #main} is what runs in it. */
final class FleetMember implements AutoCloseable {

    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;
    private final CompletableFuture<String[]> result = new CompletableFuture<>();

    private FleetMember(Process process) throws IOException {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"ready".equals(out.readLine())) {
            throw new IOException("the process of the fleet did not start");
        }
        Thread reader = new Thread(this::readResult, "fleet-reader");
        reader.setDaemon(true);
        reader.start();
    }

    static FleetMember start(int redis, URI service, Transports transport) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new FleetMember(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        FleetMember.class.getName(),
                        String.valueOf(redis),
                        service.toString(),
                        transport.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    void begin(int calls) {
        in.println(calls);
    }

    boolean isRunning() {
        return !result.isDone();
    }

    int completed() {
        return Integer.parseInt(result.join()[0]);
    }

    int refused() {
        return Integer.parseInt(result.join()[1]);
    }

    int unknown() {
        return Integer.parseInt(result.join()[2]);
    }

    int ended() {
        return Integer.parseInt(result.join()[3]);
    }

    BigDecimal credits() {
        return new BigDecimal(result.join()[4]);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void readResult() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new IOException("the process of the fleet died");
            }
            result.complete(line.split(" "));
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
    }

    public static void main(String[] args) throws Exception {
        BillingLedger ledger = new BillingLedger();
        try (RedisClient redis = RedisServer.client(Integer.parseInt(args[0]), RedisServer.PASSWORD);
                RedisBudgetStore store = RedisBudgetStore.builder(redis)
                        .namespace("fleet")
                        .timeout(RedisServer.PATIENCE)
                        .build();
                Transport transport = Transports.valueOf(args[2]).open()) {
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            int calls = Integer.parseInt(in.readLine());
            CountDownLatch ended = new CountDownLatch(calls);
            CreditBudget budget = CreditBudget.builder()
                    .limit(new BigDecimal(450))
                    .estimate(request -> new BigDecimal(3))
                    .store(store)
                    .build();
            try (NeuralBox client = NeuralBox.builder()
                    .apiKey(LocalNeuralBox.apiKey())
                    .baseUri(URI.create(args[1]))
                    .transport(transport)
                    .budget(budget)
                    .listener(ledger)
                    .listener(info -> outcome -> ended.countDown())
                    .build()) {
                List<CompletableFuture<Generation>> running = new ArrayList<>();
                for (int i = 0; i < calls; i++) {
                    running.add(client.generateAsync(GenerationRequest.of("gpt-5", "hello")));
                }
                report(running, ended, store, ledger);
            }
        }
        System.exit(0);
    }

    private static void report(
            List<CompletableFuture<Generation>> running,
            CountDownLatch ended,
            RedisBudgetStore store,
            BillingLedger ledger)
            throws InterruptedException {
        int completed = 0;
        int refused = 0;
        int unknown = 0;
        for (CompletableFuture<Generation> call : running) {
            try {
                completed += call.join().text().isEmpty() ? 0 : 1;
            } catch (CompletionException e) {
                NeuralBoxException failure = (NeuralBoxException) e.getCause();
                refused += failure instanceof BudgetExceededException ? 1 : 0;
                unknown += failure.billingState() == BillingState.UNKNOWN ? 1 : 0;
            }
        }
        ended.await();
        // Delivers what the ends said.
        store.close();
        System.out.println(completed + " " + refused + " " + unknown + " " + running.size() + " " + ledger.credits());
    }
}
