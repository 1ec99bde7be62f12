package top.neuralbox.transport.httpclient;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * Makes {@link HttpClientTransport}s for clients that look for a transport; found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
public final class HttpClientTransportProvider implements TransportProvider {

    /** Starts nothing and loads no class of the engine. */
    public HttpClientTransportProvider() {}

    @Override
    public String name() {
        return TransportThreads.TRANSPORT_NAME;
    }

    @Override
    public Transport create(TransportConfig config) {
        // Before the transport's own class, which does not load where the engine is absent.
        EngineVersions.requireSupported();
        return HttpClientTransport.create(config);
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return TransportThreads.mustNotBlock(thread);
    }
}
