package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;

/** The password of Redis is nobody's business. */
class SecretsTest {

    private static final String WRONG = "another-canary-password";

    @Test
    void thePasswordStandsInNoFailureLogOrName() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Logger root = LogManager.getLogManager().getLogger("");
        Level level = root.getLevel();
        Handler watch = new Watch(seen);
        try (RedisServer server = RedisServer.start()) {
            // After the start: newer JDKs log the command of each process, and this one has the password.
            root.setLevel(Level.ALL);
            root.addHandler(watch);
            try (RedisClient redis = RedisServer.client(server.port(), WRONG);
                    RedisBudgetStore store = RedisBudgetStore.builder(redis).build()) {
                seen.add(failure(store));
                seen.add(store.toString());
            }
            try (RedisClient redis = server.client();
                    RedisBudgetStore store = RedisBudgetStore.builder(redis).build()) {
                seen.add(store.usage(line()).toCompletableFuture().join().toString());
                server.kill();
                seen.add(failure(store));
                Thread.getAllStackTraces().keySet().forEach(thread -> seen.add(thread.getName()));
            }
        } finally {
            root.removeHandler(watch);
            root.setLevel(level);
        }

        assertThat(seen)
                .anyMatch(text -> text.contains("WRONGPASS"))
                .anyMatch(text -> text.contains("JedisConnectionException"));
        assertThat(seen).noneMatch(text -> text.contains(WRONG) || text.contains(RedisServer.PASSWORD));
    }

    private static String failure(RedisBudgetStore store) {
        Throwable error = store.usage(line())
                .handle((usage, thrown) -> thrown)
                .toCompletableFuture()
                .join();
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static BudgetLine line() {
        return BudgetLine.credits("client default", java.math.BigDecimal.TEN, null);
    }

    private static final class Watch extends Handler {

        private final List<String> seen;

        private Watch(List<String> seen) {
            this.seen = seen;
            setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord entry) {
            seen.add(entry.getMessage() + " "
                    + List.of(entry.getParameters() == null ? new Object[0] : entry.getParameters()) + " "
                    + entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
