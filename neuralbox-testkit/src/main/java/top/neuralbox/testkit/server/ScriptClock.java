package top.neuralbox.testkit.server;

import java.io.IOException;
import java.time.Duration;
import top.neuralbox.testkit.socket.ServerConnection;

/** The clock of a script, which can also wait. */
interface ScriptClock {

    ScriptClock SYSTEM = new ScriptClock() {
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
     * @throws IOException if the connection is closed during the wait
     */
    void pause(ServerConnection connection, Duration time) throws IOException, InterruptedException;
}
