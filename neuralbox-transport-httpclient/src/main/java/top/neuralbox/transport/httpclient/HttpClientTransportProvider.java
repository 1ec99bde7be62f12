package top.neuralbox.transport.httpclient;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * Creates {@link HttpClientTransport}s for clients that were given no transport. {@link java.util.ServiceLoader} finds it.
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
        // Checked before the transport's class is loaded, which fails if the engine is absent.
        EngineVersions.requireSupported();
        return HttpClientTransport.create(config);
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return TransportThreads.mustNotBlock(thread);
    }
}
