package top.neuralbox.testkit;

import java.io.IOException;
import java.time.Duration;

/** Tells a replay the time, and waits for it. */
interface ReplayClock {

    ReplayClock SYSTEM = new ReplayClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void pause(ServerConnection connection, Duration time) throws IOException, InterruptedException {
            connection.pause(time);
        }
    };

    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /**
     * Waits.
     *
     * @throws IOException if the connection is closed meanwhile
     */
    void pause(ServerConnection connection, Duration time) throws IOException, InterruptedException;
}
