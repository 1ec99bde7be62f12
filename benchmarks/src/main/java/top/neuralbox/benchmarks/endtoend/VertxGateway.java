package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/** The engine alone: its client's response is piped to its server's, and nobody looks at the bytes. */
final class VertxGateway implements RunningGateway {

    private final int servicePort;
    private final HttpClient client;
    private final VertxServers servers;

    VertxGateway(int servicePort) {
        this.servicePort = servicePort;
        Vertx vertx = VertxServers.vertx();
        client = vertx.createHttpClient(
                new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(NeuralBoxClients.MOST_STREAMS));
        servers = VertxServers.start(vertx, this::handle);
    }

    @Override
    public int port() {
        return servers.port();
    }

    @Override
    public void close() {
        servers.close();
    }

    private void handle(HttpServerRequest request) {
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setHost("127.0.0.1")
                .setPort(servicePort)
                .setURI(request.uri());
        var unused = request.body()
                .compose(body -> client.request(options).compose(onward -> onward.send(body)))
                .onSuccess(answer -> {
                    HttpServerResponse response = request.response();
                    response.setStatusCode(answer.statusCode()).setChunked(true);
                    response.putHeader("Content-Type", answer.getHeader("Content-Type"));
                    var unusedToo = answer.pipeTo(response);
                })
                .onFailure(failed -> request.response().reset());
    }
}
