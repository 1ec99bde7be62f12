package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Servers of Vert.x that share a port, one for each event loop: a single one would have all of its connections on one loop. */
final class VertxServers {

    private static final long PATIENCE_SECONDS = 30;

    /** A free port, the same for all that listen on it. */
    private static final SocketAddress FREE_PORT = SocketAddress.sharedRandomPort(1, "127.0.0.1");

    private final Vertx vertx;
    private final int port;

    private VertxServers(Vertx vertx, int port) {
        this.vertx = vertx;
        this.port = port;
    }

    static Vertx vertx() {
        // Nobody is told that a loop was busy: on a machine that others use too, its first classes take seconds.
        return Vertx.vertx(new VertxOptions()
                .setUseDaemonThread(true)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS)
                .setMaxEventLoopExecuteTime(PATIENCE_SECONDS));
    }

    static VertxServers start(Vertx vertx, Handler<HttpServerRequest> handler) {
        AtomicInteger port = new AtomicInteger();
        await(vertx.deployVerticle(
                () -> new Server(handler, port),
                new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE)));
        return new VertxServers(vertx, port.get());
    }

    int port() {
        return port;
    }

    void close() {
        await(vertx.close());
    }

    private static void await(Future<?> done) {
        try {
            done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Server extends AbstractVerticle {

        private final Handler<HttpServerRequest> handler;
        private final AtomicInteger port;

        Server(Handler<HttpServerRequest> handler, AtomicInteger port) {
            this.handler = handler;
            this.port = port;
        }

        @Override
        public void start(Promise<Void> started) {
            vertx.createHttpServer()
                    .requestHandler(handler)
                    .listen(FREE_PORT)
                    .onSuccess(server -> port.set(server.actualPort()))
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }
}
