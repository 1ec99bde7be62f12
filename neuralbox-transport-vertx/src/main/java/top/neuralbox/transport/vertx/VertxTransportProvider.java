package top.neuralbox.transport.vertx;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/**
 * Creates a {@link VertxTransport} for clients that were given no transport.
 *
 * @since 0.1.0
 */
public final class VertxTransportProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}; loads no class of the engine. */
    public VertxTransportProvider() {}

    @Override
    public String name() {
        return EventLoopThreads.TRANSPORT_NAME;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    @Override
    public Transport create(TransportConfig config) {
        EngineVersions.require();
        return VertxTransport.create(config);
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return EventLoopThreads.isEventLoop(thread);
    }
}
