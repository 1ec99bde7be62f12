package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.executors.CommandExecutor;
import top.neuralbox.budget.BudgetLine;

/** A client of Redis, and code of the application, that do what they should not. No Redis is asked. */
class ForeignClientTest {

    private static final BudgetLine LINE = BudgetLine.credits("client default", BigDecimal.TEN, null);
    private static final List<String> NOTHING = List.of("0", "0", "0", "0");

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Logger logger = Logger.getLogger("top.neuralbox.budget.redis");
    private final Handler handler = new LogHandler();

    /** What the client does with its call of this number, counted from 1. */
    private volatile Behaviour behaviour = call -> NOTHING;

    private final UnifiedJedis redis =
            RedisClient.builder().commandExecutor(new Client()).build();

    private interface Behaviour {
        Object call(int number) throws InterruptedException;
    }

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void endAll() {
        end.countDown();
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void errorThatTheClientThrowsIsTriedAgain() {
        behaviour = call -> {
            if (call <= 3) {
                throw new StackOverflowError("planted");
            }
            return NOTHING;
        };
        try (RedisBudgetStore store = store(builder -> builder)) {
            assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());

            assertThat(calls.get()).isGreaterThanOrEqualTo(4);
        }
    }

    /** It fails for a reason of its own, and the others are behind it. */
    @Test
    void changeThatAlwaysFailsHoldsNoOtherBack() {
        lose();
        try (RedisBudgetStore store = store(builder -> builder)) {
            for (String reservation : List.of("bad", "good", "fine")) {
                assertThat(store.settle(reservation, BigDecimal.ONE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
            }
            behaviour = call -> {
                if (Client.ARGUMENTS.get().contains("bad")) {
                    throw new AssertionError("planted");
                }
                return NOTHING;
            };
            RedisServer.await("delivery", () -> store.undelivered().equals(Set.of("bad")));
        }
    }

    @Test
    void callsThatNeverReturnAreReplaced() {
        behaviour = call -> {
            if (call <= 2) {
                awaitEnd();
            }
            return NOTHING;
        };
        try (RedisBudgetStore store = store(
                builder -> builder.threads(2).timeout(Duration.ofMillis(200)).patience(Duration.ofMillis(300)))) {
            for (String reservation : List.of("a", "b")) {
                assertThat(store.settle(reservation, BigDecimal.ONE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
            }
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());
        }
    }

    @Test
    void roundThatNeverReturnsIsReplaced() {
        behaviour = call -> {
            if (call == 1) {
                throw new JedisConnectionException("planted");
            }
            if (call == 2) {
                awaitEnd();
            }
            return NOTHING;
        };
        try (RedisBudgetStore store = store(builder -> builder.threads(1).patience(Duration.ofMillis(300)))) {
            assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());

            assertThat(calls.get()).isEqualTo(3);
        }
    }

    @Test
    void hangingCallsTakeNoMoreThanThreeThreadsForEach() {
        behaviour = call -> {
            awaitEnd();
            return NOTHING;
        };
        try (RedisBudgetStore store = store(
                builder -> builder.threads(1).timeout(Duration.ofMillis(50)).patience(Duration.ofMillis(50)))) {
            RedisServer.await("four threads that hang", () -> {
                assertThat(store.usage(LINE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
                return calls.get() == 4;
            });
            for (int i = 0; i < 60; i++) {
                assertThat(store.usage(LINE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
            }
            assertThat(calls.get()).isEqualTo(4);
            end.countDown();
            behaviour = call -> NOTHING;
            RedisServer.await(
                    "answer",
                    () -> store.usage(LINE)
                            .handle((usage, error) -> error == null)
                            .toCompletableFuture()
                            .join());
        }
    }

    /** A refused generation releases what it may have reserved. The cost of one that runs is worth more. */
    @Test
    void releasesLeaveRoomForCosts() {
        lose();
        try (RedisBudgetStore store = store(builder -> builder.outbox(4))) {
            for (int i = 0; i < 10; i++) {
                assertThat(store.release("refused" + i).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
            }
            assertThat(store.settle("running", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            assertThat(store.undelivered()).contains("running").hasSize(3);
        }
    }

    @Test
    void whatIsGivenUpIsCountedAndLogged() {
        lose();
        try (RedisBudgetStore store = store(builder -> builder.outbox(2))) {
            for (int i = 0; i < 5; i++) {
                assertThat(store.settle("r" + i, BigDecimal.ONE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
            }
            assertThat(store.undelivered()).containsExactlyInAnyOrder("r0", "r1");
            assertThat(store.givenUp()).isEqualTo(3);
            RedisServer.await(
                    "log", () -> logged.stream().anyMatch(line -> line.contains("given up") && line.contains(": 3.")));
        }
    }

    @Test
    void whatIsUndeliveredWhenTheStoreIsClosedIsCountedAndLogged() {
        lose();
        RedisBudgetStore store = store(builder -> builder);
        assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                .failsWithin(RedisServer.PATIENCE)
                .withThrowableOfType(ExecutionException.class);
        store.close();
        store.close();
        assertThat(store.settle("b", BigDecimal.ONE).toCompletableFuture())
                .failsWithin(RedisServer.PATIENCE)
                .withThrowableOfType(ExecutionException.class);

        assertThat(store.undelivered()).containsExactly("a");
        assertThat(store.givenUp()).isEqualTo(2);
        assertThat(logged).anyMatch(line -> line.contains("given up") && line.contains(": 1."));
    }

    @Test
    void closeDeliversWhatIsKeptIfRedisIsBack() {
        lose();
        RedisBudgetStore store = store(builder -> builder.timeout(RedisServer.PATIENCE));
        assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                .failsWithin(RedisServer.PATIENCE)
                .withThrowableOfType(ExecutionException.class);
        behaviour = call -> NOTHING;
        store.close();

        assertThat(store.undelivered()).isEmpty();
        assertThat(store.givenUp()).isZero();
    }

    @Test
    void closeLeavesNoStageWithoutAnEnd() {
        behaviour = call -> {
            awaitEnd();
            return NOTHING;
        };
        RedisBudgetStore store = store(builder -> builder.threads(1).timeout(Duration.ofMillis(300)));
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(store.usage(LINE).toCompletableFuture());
            asked.add(store.settle("r" + i, BigDecimal.ONE).toCompletableFuture());
        }
        store.close();

        assertThat(asked)
                .allSatisfy(stage -> assertThat(stage)
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class));
        assertThat(store.usage(LINE).toCompletableFuture())
                .failsWithin(RedisServer.PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    /** Both those that are answered and those that are given up by the timer. */
    @Test
    void callbacksThatNeverReturnHoldNobodyUp() {
        behaviour = call -> {
            if (call <= 20) {
                awaitEnd();
            }
            return NOTHING;
        };
        try (RedisBudgetStore store = store(builder -> builder.threads(1).timeout(Duration.ofMillis(300)))) {
            List<Throwable> errors = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 20; i++) {
                var unused = store.usage(LINE).whenComplete((usage, error) -> {
                    errors.add(error);
                    awaitEnd();
                });
            }
            RedisServer.await("end of each", () -> errors.size() == 20);

            assertThat(errors).hasOnlyElementsOfType(TimeoutException.class);
        }
    }

    @Test
    void callbackMayAskAgainAndWait() {
        try (RedisBudgetStore store = store(builder -> builder.threads(1))) {
            assertThat(store.usage(LINE)
                            .thenApply(usage ->
                                    store.usage(LINE).toCompletableFuture().join())
                            .toCompletableFuture())
                    .succeedsWithin(RedisServer.PATIENCE);
        }
    }

    @Test
    void threadsInheritNothingOfTheOneThatAsks() throws Exception {
        InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch attached = new CountDownLatch(1);
        behaviour = call -> {
            attached.await();
            seen.add(user.get() + " " + Thread.currentThread().getContextClassLoader());
            return NOTHING;
        };
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        ClassLoader foreign = new ClassLoader("of one request", own) {};
        Thread.currentThread().setContextClassLoader(foreign);
        user.set("alice");
        try (RedisBudgetStore store = store(builder -> builder)) {
            var stage = store.usage(LINE)
                    .thenRun(() ->
                            seen.add(user.get() + " " + Thread.currentThread().getContextClassLoader()));
            // A stage that is attached to a complete one runs on the thread that attaches it.
            attached.countDown();
            stage.toCompletableFuture().join();
        } finally {
            attached.countDown();
            Thread.currentThread().setContextClassLoader(own);
            user.remove();
        }
        assertThat(seen).containsExactly("null " + RedisBudgetStore.class.getClassLoader());
    }

    private RedisBudgetStore store(UnaryOperator<RedisBudgetStore.Builder> options) {
        return options.apply(RedisBudgetStore.builder(redis)).build();
    }

    private void lose() {
        behaviour = call -> {
            throw new JedisConnectionException("planted");
        };
    }

    /** Whatever interrupts it. */
    private void awaitEnd() {
        while (true) {
            try {
                end.await();
                return;
            } catch (InterruptedException e) {
                // It hangs on.
            }
        }
    }

    private final class Client implements CommandExecutor {

        static final ThreadLocal<String> ARGUMENTS = ThreadLocal.withInitial(() -> "");

        @Override
        @SuppressWarnings("unchecked")
        public <T> T executeCommand(CommandObject<T> command) {
            StringBuilder arguments = new StringBuilder();
            command.getArguments()
                    .forEach(argument -> arguments
                            .append(new String(argument.getRaw(), java.nio.charset.StandardCharsets.UTF_8))
                            .append(' '));
            ARGUMENTS.set(arguments.toString());
            try {
                return (T) behaviour.call(calls.incrementAndGet());
            } catch (InterruptedException e) {
                throw new JedisConnectionException(e);
            }
        }

        @Override
        public void close() {}
    }

    private final class LogHandler extends Handler {

        @Override
        public void publish(LogRecord entry) {
            logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
