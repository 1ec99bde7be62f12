package top.neuralbox.examples.relay;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import top.neuralbox.relay.StreamRelay;

/** The container may go on at the very moment when it says that it is not ready. */
class ServletBodyWriterTest {

    private final AtomicInteger requested = new AtomicInteger();

    @Test
    void oneBufferIsAskedForThoughTheContainerGoesOnMeanwhile() {
        StreamRelay unused = StreamRelay.of(subscriber -> {});
        AsyncContext async = (AsyncContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AsyncContext.class}, (proxy, method, arguments) -> null);
        Container container = new Container();
        ServletBodyWriter writer = new ServletBodyWriter(unused, async, container);
        container.listener = writer;
        writer.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                requested.incrementAndGet();
            }

            @Override
            public void cancel() {}
        });

        writer.onNext(ByteBuffer.wrap(new byte[] {1}));

        assertThat(requested).hasValue(1);
    }

    /** Is not ready once, and goes on at once, on a thread of its own. */
    private static final class Container extends ServletOutputStream {

        private WriteListener listener;
        private boolean asked;

        @Override
        public boolean isReady() {
            if (asked) {
                return true;
            }
            asked = true;
            CompletableFuture.runAsync(() -> {
                        try {
                            listener.onWritePossible();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            return false;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            this.listener = listener;
        }

        @Override
        public void write(int b) {}
    }
}
