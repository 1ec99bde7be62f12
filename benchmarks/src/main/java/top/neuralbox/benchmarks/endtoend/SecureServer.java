package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;
import top.neuralbox.testkit.TestCertificates;

/**
 * Serves the {@code /flat/} paths of {@link StreamServer} over TLS, with HTTP/1.1 or HTTP/2 as the client chooses. It is an
 * engine's server and takes more of the machine than the other, so its figures stand beside each other and not beside those.
 */
public final class SecureServer implements AutoCloseable {

    private record Key(int chunkBytes, int deltas) {}

    private final Vertx vertx = Vertx.vertx();
    private final Map<Key, List<Buffer>> bodies = new HashMap<>();
    private final HttpServer server;

    private SecureServer() {
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setKeyCertOptions(KeyCertOptions.wrap(TestCertificates.shared().serverKeyManager()));
        server = vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .await();
    }

    /** Prints the port and serves until its input ends. */
    public static void main(String[] args) throws IOException {
        SecureServer server = start();
        System.out.println(server.port());
        while (System.in.read() >= 0) {
            // Until whoever started this process is gone.
        }
        server.close();
    }

    static SecureServer start() {
        return new SecureServer();
    }

    int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private void answer(HttpServerRequest request) {
        String[] parts = request.path().split("/", -1);
        Iterator<Buffer> chunks = body(new Key(Integer.parseInt(parts[2]), Integer.parseInt(parts[3])))
                .iterator();
        HttpServerResponse response = request.response().setChunked(request.version() != HttpVersion.HTTP_2);
        response.putHeader("Content-Type", "text/event-stream");
        request.endHandler(read -> write(response, chunks));
    }

    private static void write(HttpServerResponse response, Iterator<Buffer> chunks) {
        while (chunks.hasNext()) {
            if (response.writeQueueFull()) {
                response.drainHandler(room -> write(response, chunks));
                return;
            }
            var unused = response.write(chunks.next());
        }
        var unused = response.end();
    }

    /** Made once; event loops may come together. */
    private synchronized List<Buffer> body(Key key) {
        return bodies.computeIfAbsent(key, SecureServer::make);
    }

    private static List<Buffer> make(Key key) {
        SampleStream sample = SampleStream.of(Mix.USUAL, key.deltas());
        List<byte[]> chunks = key.chunkBytes() == 0 ? sample.events() : sample.chunks(key.chunkBytes());
        return chunks.stream().map(Buffer::buffer).toList();
    }
}
