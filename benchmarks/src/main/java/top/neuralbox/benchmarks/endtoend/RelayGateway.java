package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/** {@link StreamRelay} on Vert.x, written as the chat endpoint among the examples is. */
final class RelayGateway implements RunningGateway {

    private final URI service;
    private final NeuralBoxClients clients;
    private final Map<URI, NeuralBox> open = new ConcurrentHashMap<>();
    private final VertxServers servers;

    /** With a transport on the servers' own {@code Vertx}. */
    static RelayGateway onVertx(int servicePort) {
        Vertx vertx = VertxServers.vertx();
        return new RelayGateway(vertx, NeuralBoxClients.onVertx(vertx), servicePort);
    }

    static RelayGateway onHttpClient(int servicePort) {
        return new RelayGateway(VertxServers.vertx(), NeuralBoxClients.onHttpClient(Wire.CLEAR), servicePort);
    }

    private RelayGateway(Vertx vertx, NeuralBoxClients clients, int servicePort) {
        this.clients = clients;
        service = URI.create(Wire.CLEAR.origin(servicePort));
        servers = VertxServers.start(vertx, this::handle);
    }

    @Override
    public int port() {
        return servers.port();
    }

    @Override
    public void close() {
        open.values().forEach(NeuralBox::close);
        clients.close();
        servers.close();
    }

    private void handle(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        Context context = Objects.requireNonNull(Vertx.currentContext());
        String path = request.path().substring(0, request.path().indexOf("/api/"));
        NeuralBox client = open.computeIfAbsent(service.resolve(path), clients::at);
        var unused = request.body().onSuccess(body -> {
            StreamRelay relay = StreamRelay.of(client.publish(NeuralBoxClients.REQUEST));
            response.closeHandler(gone -> relay.cancel());
            response.exceptionHandler(broken -> relay.cancel());
            var unusedToo = relay.head()
                    .thenAccept(head -> context.runOnContext(now -> {
                        response.setStatusCode(head.status()).setChunked(true);
                        head.headers().forEach(response::putHeader);
                        relay.body().subscribe(new BodyWriter(response, context));
                    }));
        });
    }

    /** Writes on the response's event loop, and asks for the next buffer when one is in the socket. */
    private static final class BodyWriter implements Flow.Subscriber<ByteBuffer> {

        private static final int AHEAD = 16;

        private final HttpServerResponse response;
        private final Context context;
        private Flow.@Nullable Subscription subscription;

        BodyWriter(HttpServerResponse response, Context context) {
            this.response = response;
            this.context = context;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(AHEAD);
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            Flow.Subscription source = Objects.requireNonNull(subscription);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            context.runOnContext(now -> response.write(Buffer.buffer(bytes))
                    .onSuccess(written -> source.request(1))
                    .onFailure(gone -> source.cancel()));
        }

        @Override
        public void onComplete() {
            context.runOnContext(now -> response.end());
        }

        @Override
        public void onError(Throwable error) {
            context.runOnContext(now -> response.reset());
        }
    }
}
