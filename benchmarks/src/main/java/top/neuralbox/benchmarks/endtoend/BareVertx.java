package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import top.neuralbox.OpenedDecoder;

/** The engine without what the transport and the client add to it: no demand, no timers, no way to cancel. */
final class BareVertx implements StreamClient {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setUseDaemonThread(true));
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(NeuralBoxClients.MOST_STREAMS));

    @Override
    public void open(URI base, StreamReader reader) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(base.getPort())
                .setURI(base.getPath() + "/api/v2/generate");
        client.request(options).onFailure(reader::ended).onSuccess(request -> {
            // On the response's own future: one that is composed settles on another loop, where a short response is
            // over.
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
