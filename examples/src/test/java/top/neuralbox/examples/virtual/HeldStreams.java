package top.neuralbox.examples.virtual;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A service that begins each stream and ends none until all of them have begun; so all its readers wait at once. The first
 * request is answered alone.
 */
final class HeldStreams implements AutoCloseable {

    private static final String BEGIN = """
            data: {"type": "generation_start", "id": "gen_1", "model": "gpt-5"}

            data: {"type": "content_delta", "delta": "Here"}

            """;
    private static final String END = """
            data: {"type": "content_delta", "delta": " it is"}

            data: {"type": "generation_end", "id": "gen_1", "tokens_used": 3, "balance_remaining": 297}

            data: [DONE]

            """;

    private final Vertx vertx = Vertx.vertx();
    private final int streams;
    /** Touched by the server's event loop only. */
    private final List<HttpServerResponse> held = new ArrayList<>();

    private boolean warm;
    private int port;

    private HeldStreams(int streams) {
        this.streams = streams;
    }

    static HeldStreams start(int streams) throws Exception {
        HeldStreams service = new HeldStreams(streams);
        HttpServer server = service.vertx
                .createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0).setAcceptBacklog(10_000))
                .requestHandler(service::answer)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        service.port = server.actualPort();
        return service;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response =
                request.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
        response.write(BEGIN);
        if (!warm) {
            warm = true;
            response.end(END);
            return;
        }
        held.add(response);
        if (held.size() == streams) {
            held.forEach(stream -> stream.end(END));
        }
    }
}
