package top.neuralbox.faults.servers;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import top.neuralbox.testkit.Gate;

/** The exchange between a server and one caller, as the server sees it. Thread-safe. */
public final class Exchange {

    static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    private final Story story;
    private final AtomicInteger requests = new AtomicInteger();
    private final Gate pause = new Gate();
    private final Gate settled = new Gate();
    private final Gate released = new Gate();
    private volatile int eventsBeforeFault = -1;

    Exchange(Story story) {
        this.story = story;
    }

    public Story story() {
        return story;
    }

    /** Lets the server continue a response that pauses. */
    public void goOn() {
        pause.open();
    }

    /** How often the request was read completely. */
    public int requests() {
        return requests.get();
    }

    /** The number of complete events that the server had sent when it broke the rule; -1 if it did not break it. */
    public int eventsBeforeFault() {
        return eventsBeforeFault;
    }

    /**
     * Waits until the server has finished its work for this caller. If the server closes the connection, waits until both sides
     * have closed it.
     */
    public void awaitSettled() {
        if (!within(PATIENCE, settled::isOpen)) {
            throw new AssertionError("caller " + story.caller()
                    + ": the response was not taken whole, or its connection not closed after the server closed it");
        }
    }

    /** Whether the client can get no more bytes: the connection is closed, or in HTTP/2 at least the stream. */
    public boolean isReleased() {
        return released.isOpen();
    }

    void arrived() {
        requests.incrementAndGet();
    }

    void awaitGoOn() {
        pause.await(PATIENCE);
    }

    void brokenAfter(int events) {
        eventsBeforeFault = events;
    }

    void settled() {
        settled.open();
    }

    void released() {
        released.open();
    }

    /** Counts its checks and not the time, so that a machine that stands still for a moment does not use up the patience. */
    static boolean within(Duration patience, BooleanSupplier condition) {
        for (long looks = patience.dividedBy(LOOK_AGAIN); !condition.getAsBoolean(); looks--) {
            if (looks == 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return true;
    }
}
