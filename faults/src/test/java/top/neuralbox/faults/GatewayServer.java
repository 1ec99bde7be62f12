package top.neuralbox.faults;

import java.net.URI;
import java.util.List;
import top.neuralbox.FaultClock;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.server.ScriptedServer;

/** A service that is reached only through a {@link Gateway}. */
final class GatewayServer implements FaultServer {

    private final Gateway gateway;
    private final ScriptedServer service = ScriptedServer.start();
    private final FaultServer behind = new Http1FaultServer(service);
    private final URI uri;

    /** @param way the first part of the path, which chooses how the proxy behaves */
    GatewayServer(Gateway gateway, String way) {
        this.gateway = gateway;
        this.uri = gateway.uri(way, service.port());
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void answer(Reply reply) {
        behind.answer(reply);
    }

    @Override
    public int requestCount() {
        return behind.requestCount();
    }

    @Override
    public List<String> requests() {
        return behind.requests();
    }

    /** The first request that came through. */
    ReceivedRequest firstRequest() {
        return service.received().get(0);
    }

    @Override
    public long bytesWritten() {
        return behind.bytesWritten();
    }

    /** The proxy has a connection with the service for each exchange and keeps none. */
    @Override
    public void awaitRelease(int pooled) {
        behind.awaitRelease(0);
    }

    /** Waits until neither the service nor the proxy is answering anything. */
    void awaitIdle() {
        behind.awaitRelease(0);
        FaultClock.await("an idle proxy", () -> gateway.requests() == 0);
    }

    @Override
    public void awaitNoConnections() {
        behind.awaitNoConnections();
        FaultClock.await("a proxy without clients", () -> gateway.connections() == 0);
    }

    @Override
    public boolean isQuietSoon() {
        return behind.isQuietSoon();
    }

    @Override
    public void close() {
        behind.close();
    }
}
