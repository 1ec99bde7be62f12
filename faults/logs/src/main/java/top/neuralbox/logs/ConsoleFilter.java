package top.neuralbox.logs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/** Keeps expected messages from the console, and remembers which of them came. */
final class ConsoleFilter implements AutoCloseable {

    private final List<String> expected = new ArrayList<>();
    private final Set<String> missing;
    private final Map<Handler, @Nullable Filter> before = new LinkedHashMap<>();

    private ConsoleFilter(String[] required, String[] perhaps) {
        expected.addAll(List.of(required));
        expected.addAll(List.of(perhaps));
        missing = new LinkedHashSet<>(List.of(required));
    }

    static ConsoleFilter begin(String[] required, String[] perhaps) {
        ConsoleFilter filter = new ConsoleFilter(required, perhaps);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            if (handler instanceof ConsoleHandler) {
                Filter inner = handler.getFilter();
                filter.before.put(handler, inner);
                handler.setFilter(entry -> filter.mayPass(entry) && (inner == null || inner.isLoggable(entry)));
            }
        }
        return filter;
    }

    /** Waits until each required message has been logged: some are logged on other threads, after what the test awaits. */
    synchronized void awaitAll(long seconds) throws InterruptedException {
        long begin = System.nanoTime();
        long patience = TimeUnit.SECONDS.toNanos(seconds);
        for (long left = patience; !missing.isEmpty(); left = patience - (System.nanoTime() - begin)) {
            if (left <= 0) {
                throw new AssertionError("not logged: " + missing);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public void close() {
        before.forEach(Handler::setFilter);
    }

    private boolean mayPass(LogRecord entry) {
        String message = new SimpleFormatter().formatMessage(entry);
        boolean mayPass = true;
        synchronized (this) {
            for (String text : expected) {
                if (message != null && message.contains(text)) {
                    mayPass = false;
                    if (missing.remove(text)) {
                        notifyAll();
                    }
                }
            }
        }
        return mayPass;
    }
}
