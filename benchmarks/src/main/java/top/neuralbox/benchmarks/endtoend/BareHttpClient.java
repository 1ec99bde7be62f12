package top.neuralbox.benchmarks.endtoend;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;
import top.neuralbox.OpenedDecoder;

/** The engine without what the transport and the client add to it: no demand, no timers, no way to cancel. */
final class BareHttpClient implements StreamClient {

    private final CloseableHttpAsyncClient client;

    /**
     * @param bufferBytes the engine's buffers; 0 leaves its default
     */
    BareHttpClient(Wire wire, int bufferBytes) {
        HttpAsyncClientBuilder builder = HttpAsyncClientBuilder.create()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setTlsStrategy(new DefaultClientTlsStrategy(Wire.clientContext()))
                        .setDefaultTlsConfig(TlsConfig.custom()
                                .setVersionPolicy(
                                        wire == Wire.HTTP2
                                                ? HttpVersionPolicy.FORCE_HTTP_2
                                                : HttpVersionPolicy.FORCE_HTTP_1)
                                .build())
                        .setMaxConnTotal(NeuralBoxClients.MOST_STREAMS)
                        .setMaxConnPerRoute(NeuralBoxClients.MOST_STREAMS)
                        .build());
        if (bufferBytes > 0) {
            builder.setHttp1Config(
                    Http1Config.custom().setBufferSize(bufferBytes).build());
        }
        client = builder.build();
        client.start();
    }

    @Override
    public void open(URI base, StreamReader reader) {
        AsyncRequestProducer request = AsyncRequestBuilder.post(base + "/api/v2/generate")
                .setEntity("{\"model\":\"gpt-5\"}", ContentType.APPLICATION_JSON)
                .build();
        var unused = client.execute(request, new Consumer(reader), new FutureCallback<Void>() {
            @Override
            public void completed(@Nullable Void nothing) {
                reader.ended(null);
            }

            @Override
            public void failed(Exception failure) {
                reader.ended(failure);
            }

            @Override
            public void cancelled() {
                reader.ended(new IllegalStateException("cancelled"));
            }
        });
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    private static final class Consumer implements AsyncResponseConsumer<Void> {

        private final OpenedDecoder decoder;
        private @Nullable FutureCallback<Void> whole;

        Consumer(StreamReader reader) {
            decoder = OpenedDecoder.of(Events.deltasTo(reader));
        }

        @Override
        public void consumeResponse(
                HttpResponse response, EntityDetails entity, HttpContext context, FutureCallback<Void> callback) {
            whole = callback;
        }

        @Override
        public void informationResponse(HttpResponse response, HttpContext context) {}

        @Override
        public void updateCapacity(CapacityChannel channel) throws java.io.IOException {
            channel.update(Integer.MAX_VALUE);
        }

        @Override
        public void consume(ByteBuffer bytes) {
            decoder.read(bytes);
        }

        @Override
        public void streamEnd(@Nullable List<? extends Header> trailers) {
            if (whole != null) {
                whole.completed(null);
            }
        }

        @Override
        public void failed(Exception cause) {}

        @Override
        public void releaseResources() {}
    }
}
