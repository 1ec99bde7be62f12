package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Who stands between the service and the readers. */
enum Gateway {
    /** Nobody: the readers are at the service. The process that is measured only waits. */
    NONE(servicePort -> () -> servicePort),
    /** nginx passes bytes. */
    NGINX(NginxGateway::start),
    /** Vert.x alone passes bytes. */
    VERTX_BARE(VertxGateway::new),
    /** Our client and relay on a server of Vert.x, which share their event loops. */
    RELAY_VERTX(RelayGateway::onVertx),
    /** The same with the other transport, whose threads are not the server's. */
    RELAY_HTTPCLIENT(RelayGateway::onHttpClient),
    /** Spring WebFlux reads events and writes them. */
    WEBFLUX_EVENTS(WebFluxGateway::ofEvents),
    /** Spring WebFlux passes bytes. */
    WEBFLUX_BYTES(WebFluxGateway::ofBytes);

    /** Starts a gateway to a service. */
    @FunctionalInterface
    private interface Start {
        RunningGateway at(int servicePort) throws IOException;
    }

    /** What a quick run compares. */
    static final List<Gateway> QUICK = List.of(NGINX, RELAY_VERTX);

    @SuppressWarnings("ImmutableEnumChecker") // refers to static methods
    private final Start start;

    Gateway(Start start) {
        this.start = start;
    }

    /** Whether this machine has it. */
    boolean isHere() {
        return this != NGINX || NginxGateway.program().isPresent();
    }

    /** Whether it has a heap that can be measured. */
    boolean hasHeap() {
        return this != NGINX;
    }

    RunningGateway start(int servicePort) throws IOException {
        return start.at(servicePort);
    }

    /** The name in tables and on command lines. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
