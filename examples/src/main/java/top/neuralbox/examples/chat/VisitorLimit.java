package top.neuralbox.examples.chat;

import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import top.neuralbox.examples.relay.ChatRefusal;

/**
 * Lets each visitor ask so many times in a period, told apart by address. A server behind a proxy would have to trust
 * that proxy for the address; this one listens on 127.0.0.1.
 */
final class VisitorLimit implements SecurityPolicyHandler {

    /** The visitors that are remembered; whoever came longest ago is forgotten first. */
    private static final int MOST_VISITORS = 10_000;

    private final int requests;
    private final long periodNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Period> visitors = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Period> eldest) {
            return size() > MOST_VISITORS;
        }
    };

    private record Period(long begin, int requests) {}

    VisitorLimit(int requests, Duration period, LongSupplier nanoTime) {
        this.requests = requests;
        this.periodNanos = period.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public void handle(RoutingContext routing) {
        long wait = waitOf(routing.request().remoteAddress().hostAddress());
        if (wait == 0) {
            routing.next();
            return;
        }
        routing.response().putHeader("Retry-After", Long.toString((wait + 999_999_999L) / 1_000_000_000L));
        Refusals.answer(
                routing, new ChatRefusal(429, "rate_limit_exceeded", "That was a lot at once. Please wait a little."));
    }

    /** Counts a request; if it is one too many, the nanoseconds until the next period. */
    private synchronized long waitOf(String visitor) {
        long now = nanoTime.getAsLong();
        Period period = visitors.remove(visitor);
        if (period == null || now - period.begin() >= periodNanos) {
            period = new Period(now, 0);
        }
        if (period.requests() == requests) {
            visitors.put(visitor, period);
            return period.begin() + periodNanos - now;
        }
        visitors.put(visitor, new Period(period.begin(), period.requests() + 1));
        return 0;
    }
}
