package top.neuralbox.benchmarks.endtoend;

import java.net.URI;

/** What is asked of the server, as the beginning of a path. */
record Scenario(Wire wire, int port, String path) {

    /** One response as fast as it is read; a chunk of 0 bytes means one HTTP chunk an event. */
    static Scenario flat(Wire wire, int port, int chunkBytes, int deltas, String shape) {
        return new Scenario(wire, port, "/flat/" + chunkBytes + "/" + deltas + "/" + shape);
    }

    /** An event each interval, whose text is the time when it was sent, behind a first one that says {@code 0}. */
    static Scenario paced(int port, int intervalMicros, int deltas, boolean gated, String shape) {
        return new Scenario(
                Wire.CLEAR,
                port,
                "/paced/" + intervalMicros + "/" + deltas + "/" + (gated ? "gated" : "now") + "/" + shape);
    }

    /** As {@link #flat}, but behind a first event that says {@code 0}, and held back until gated streams may begin. */
    static Scenario flood(int port, int chunkBytes, int deltas, String shape) {
        return new Scenario(Wire.CLEAR, port, "/flood/" + chunkBytes + "/" + deltas + "/" + shape);
    }

    /** Lets gated streams begin. */
    static Scenario go(int port) {
        return new Scenario(Wire.CLEAR, port, "/go");
    }

    URI uri() {
        return URI.create(wire.origin(port) + path);
    }
}
