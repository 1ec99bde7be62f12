package top.neuralbox.concurrent;

import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Time that stands still until the test moves it. What is to run later runs when the test says so. */
public final class StandingTime implements Delayer {

    private final Queue<Timer> timers = new ConcurrentLinkedQueue<>();
    private volatile long now;

    public StandingTime() {}

    /** Time that stands there. */
    public StandingTime(long now) {
        this.now = now;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public Cancellable after(long nanos, Runnable task) {
        Timer timer = new Timer(task);
        timers.add(timer);
        return timer;
    }

    public void moveTo(long then) {
        now = then;
    }

    /** Lets the timers that are armed now go off. */
    public void goOff() {
        for (int left = timers.size(); left > 0; left--) {
            Timer timer = timers.poll();
            if (timer != null && timer.over.compareAndSet(false, true)) {
                timer.task.run();
            }
        }
    }

    /** How many timers are armed. */
    public int armed() {
        return (int) timers.stream().filter(timer -> !timer.over.get()).count();
    }

    private static final class Timer implements Cancellable {

        private final Runnable task;
        private final AtomicBoolean over = new AtomicBoolean();

        private Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void cancel() {
            over.set(true);
        }
    }
}
