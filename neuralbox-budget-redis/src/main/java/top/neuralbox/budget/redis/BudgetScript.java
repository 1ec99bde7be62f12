package top.neuralbox.budget.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** Runs the steps of the script. Redis executes each step as a whole. Blocks. */
final class BudgetScript {

    private static final String TEXT = text();
    private static final String SHA1 = sha1(TEXT);

    /** How long Redis remembers a settled reservation: far longer than a command that was sent before can be in flight. */
    private static final Duration SETTLED_KEPT = Duration.ofMinutes(2);

    private final UnifiedJedis redis;
    private final List<String> keys;
    private final String lease;
    private volatile Duration ahead = Duration.ZERO;

    BudgetScript(UnifiedJedis redis, String namespace, Duration lease) {
        this.redis = redis;
        this.lease = String.valueOf(lease.toMillis());
        // A cluster chooses a key's slot by the part in braces: all keys lie in one slot.
        String prefix = "{" + namespace + "}:";
        this.keys =
                List.of(prefix + "lines", prefix + "ends", prefix + "held", prefix + "unsettled", prefix + "deadlines");
    }

    Object run(String step, List<String> arguments) {
        List<String> all = new ArrayList<>(4 + arguments.size());
        all.add(step);
        all.add(String.valueOf(ahead.toMillis()));
        all.add(lease);
        all.add(String.valueOf(SETTLED_KEPT.toMillis()));
        all.addAll(arguments);
        try {
            return redis.evalsha(SHA1, keys, all);
        } catch (JedisNoScriptException e) {
            return redis.eval(TEXT, keys, all);
        }
    }

    /** Moves the clock of Redis, as this script sees it. For tests. */
    void moveClock(Duration by) {
        ahead = ahead.plus(by);
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(BudgetScript.class.getResourceAsStream("budget.lua"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
