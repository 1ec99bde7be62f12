package top.neuralbox.faults;

import java.net.URI;
import java.util.List;

/** A server on 127.0.0.1 and a free port that answers each request by a {@link Reply}. */
interface FaultServer extends AutoCloseable {

    URI uri();

    /** Queues what to do with one request. */
    void answer(Reply reply);

    /** How many requests have arrived. */
    int requestCount();

    /** The requests so far, each as text: method, target, fields and content. */
    List<String> requests();

    /** Waits until so many requests have arrived. */
    default void awaitRequests(int count) {
        top.neuralbox.FaultClock.await(count + " requests", () -> requestCount() >= count);
    }

    /** How many bytes of responses were taken from this server. */
    long bytesWritten();

    /**
     * Waits, one second at the most, until the client has let go of every exchange that a reply left unfinished.
     *
     * @param pooled how many connections of finished exchanges HTTP/1.1 may keep
     */
    void awaitRelease(int pooled);

    default void awaitRelease() {
        awaitRelease(0);
    }

    /** Waits, one second at the most, until no connection is open, in HTTP/2 no stream. */
    void awaitNoConnections();

    /** Whether, within a tenth of a second, no connection is open, in HTTP/2 no stream. */
    boolean isQuietSoon();

    @Override
    void close();
}
