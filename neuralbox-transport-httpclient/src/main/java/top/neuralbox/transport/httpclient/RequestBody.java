package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.jspecify.annotations.Nullable;

/** The body of a request, which is written once. It tells the engine that it is not repeatable. */
final class RequestBody implements AsyncEntityProducer {

    private final ByteBuffer bytes;

    RequestBody(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** Whether the engine has taken all of it. Read on the I/O thread of the call. */
    boolean written() {
        return !bytes.hasRemaining();
    }

    /** A second guard against sending a request twice; retries are switched off as well. */
    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public long getContentLength() {
        return bytes.capacity();
    }

    /** Null: the request's own {@code Content-Type} is among its header fields. */
    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public @Nullable String getContentEncoding() {
        return null;
    }

    @Override
    public boolean isChunked() {
        return false;
    }

    @Override
    public Set<String> getTrailerNames() {
        return Set.of();
    }

    @Override
    public int available() {
        return bytes.remaining() + 1; // The end of the stream must be written too.
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        if (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        if (!bytes.hasRemaining()) {
            channel.endStream();
        }
    }

    /** Nothing to do: the response consumer hears of the failure as well. */
    @Override
    public void failed(Exception cause) {}

    @Override
    public void releaseResources() {}
}
