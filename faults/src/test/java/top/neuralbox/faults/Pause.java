package top.neuralbox.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lets time pass for a process that stands still and so can give no signal. */
final class Pause {

    private Pause() {}

    static void of(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
