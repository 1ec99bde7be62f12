package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;

/** A gateway that passes each request on to the service, and each event to its reader at once. */
interface RunningGateway extends AutoCloseable {

    int port();

    /** What it uses: this process, or processes of its own. */
    default Meter meter() {
        return Meter.OWN;
    }

    @Override
    default void close() throws IOException {}
}
