package top.neuralbox.shortage;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Where instrumented code may find no memory: before each object that it makes, and before the first use of a class, which
 * loads it. Loaded once, outside the instrumented classes.
 */
public final class FaultPoints {

    private static final AtomicInteger SKIPPED = new AtomicInteger();
    private static final AtomicInteger FAULTS = new AtomicInteger();
    private static volatile boolean armed;
    private static volatile Thread observer;
    private static volatile String place = "";

    /** What has been loaded since the begin of the process that is played here. */
    private static final Set<String> USED = ConcurrentHashMap.newKeySet();

    /** What the initializer of each class loads. */
    private static final Map<String, Set<String>> INITIALIZED = new ConcurrentHashMap<>();

    private FaultPoints() {}

    /** This thread looks at the result, and always finds memory. */
    public static void observe() {
        observer = Thread.currentThread();
    }

    /** A process begins, which has loaded nothing. */
    public static void begin() {
        observer = null;
        USED.clear();
    }

    /** From now on, this many points are passed; then there are so many faults, one after another. */
    public static void arm(int skipped, int faults) {
        place = "";
        SKIPPED.set(skipped);
        FAULTS.set(faults);
        armed = true;
    }

    public static void disarm() {
        armed = false;
    }

    /** Where the first fault was; empty if the points were too few for one. */
    public static String place() {
        return place;
    }

    /** A class is used here, which loads it if that is its first use in the process. Called by instrumented code. */
    public static void use(String type, String here) {
        if (!USED.contains(type)) {
            need(here);
            used(type);
        }
    }

    /** The initializer of a class uses another class. Called by instrumented code. */
    public static void initialize(String type, String used) {
        INITIALIZED
                .computeIfAbsent(type, unknown -> ConcurrentHashMap.newKeySet())
                .add(used);
    }

    private static void used(String type) {
        if (USED.add(type)) {
            INITIALIZED.getOrDefault(type, Set.of()).forEach(FaultPoints::used);
        }
    }

    /** Memory is needed here. Called by instrumented code. */
    public static void need(String here) {
        if (!armed || Thread.currentThread() == observer) {
            return;
        }
        if (SKIPPED.getAndDecrement() > 0) {
            return;
        }
        if (FAULTS.getAndDecrement() > 0) {
            if (place.isEmpty()) {
                place = here;
            }
            throw new OutOfMemoryError("made up at " + here);
        }
    }

    /** Called by instrumented code instead of {@link LockSupport#parkNanos(long)}, where it waits for memory. */
    public static void pause(long nanos) {
        LockSupport.parkNanos(Math.min(nanos, 1_000));
    }
}
