package top.neuralbox.examples.relay;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a request's body by asynchronous I/O (Jakarta Servlet 6.0, section 3.7), so that a slow one holds no thread. It stops as
 * soon as there is more than {@link ChatRequestReader} takes.
 */
final class ServletBodyReader implements ReadListener {

    private final ServletInputStream in;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

    private ServletBodyReader(ServletInputStream in) {
        this.in = in;
    }

    /** The body, or its beginning if it is too large. The request has to be asynchronous already. */
    static CompletableFuture<byte[]> read(ServletInputStream in) {
        ServletBodyReader reader = new ServletBodyReader(in);
        in.setReadListener(reader);
        return reader.whole;
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] buffer = new byte[8 * 1024];
        while (!whole.isDone() && in.isReady()) {
            int read = in.read(buffer);
            if (read < 0) {
                return;
            }
            body.write(buffer, 0, read);
            if (body.size() > ChatRequestReader.MAX_BODY) {
                onAllDataRead();
            }
        }
    }

    @Override
    public void onAllDataRead() {
        whole.complete(body.toByteArray());
    }

    @Override
    public void onError(Throwable error) {
        whole.completeExceptionally(error);
    }
}
