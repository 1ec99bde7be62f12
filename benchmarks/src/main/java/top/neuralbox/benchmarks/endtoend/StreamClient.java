package top.neuralbox.benchmarks.endtoend;

import java.net.URI;

/** A client in its natural use, with its limits raised so far that none of them is what is measured. */
interface StreamClient extends AutoCloseable {

    /**
     * Opens a stream. Returns at once or when the stream has ended, as {@link Subject#waits()} says.
     *
     * @param base where the server tells what to stream; the client adds its own path
     */
    void open(URI base, StreamReader reader) throws Exception;

    @Override
    default void close() {}
}
