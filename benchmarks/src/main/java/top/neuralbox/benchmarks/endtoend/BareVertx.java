package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import top.neuralbox.OpenedDecoder;

/** The engine without what the transport and the client add to it: no demand, no timers, no way to cancel. */
final class BareVertx implements StreamClient {

    private final Vertx vertx;
    private final HttpClient client;
    private final List<Context> loops = new ArrayList<>();
    private int opened;

    /**
     * @param spread whether streams are opened on all event loops in turn, one per processor as our transport has them,
     *     and not on one
     */
    BareVertx(Wire wire, boolean spread) {
        VertxOptions engine = new VertxOptions().setUseDaemonThread(true);
        if (spread) {
            engine.setEventLoopPoolSize(Runtime.getRuntime().availableProcessors());
        }
        vertx = Vertx.vertx(engine);
        boolean secure = wire != Wire.CLEAR;
        HttpClientOptions options =
                new HttpClientOptions().setSsl(secure).setTrustAll(true).setVerifyHost(false);
        if (wire == Wire.HTTP2) {
            options.setUseAlpn(true).setProtocolVersion(HttpVersion.HTTP_2);
        }
        client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(NeuralBoxClients.MOST_STREAMS));
        if (spread) {
            ((VertxInternal) vertx)
                    .nettyEventLoopGroup()
                    .forEach(loop -> loops.add(((VertxInternal) vertx).createEventLoopContext()));
        }
    }

    @Override
    public void open(URI base, StreamReader reader) {
        if (loops.isEmpty()) {
            request(base, reader);
        } else {
            loops.get(opened++ % loops.size()).runOnContext(nothing -> request(base, reader));
        }
    }

    private void request(URI base, StreamReader reader) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(base.getPort())
                .setURI(base.getPath() + "/api/v2/generate");
        client.request(options).onFailure(reader::ended).onSuccess(request -> {
            // On the response's own future: one that is composed settles on another loop, after a short response.
            request.response().onSuccess(response -> read(response, reader)).onFailure(reader::ended);
            request.end(Buffer.buffer("{\"model\":\"gpt-5\"}"));
        });
    }

    private static void read(HttpClientResponse response, StreamReader reader) {
        OpenedDecoder decoder = OpenedDecoder.of(Events.deltasTo(reader));
        response.exceptionHandler(reader::ended);
        response.handler(buffer -> decoder.read(ByteBuffer.wrap(buffer.getBytes())));
        response.endHandler(nothing -> reader.ended(null));
    }

    @Override
    public void close() {
        vertx.close();
    }
}
