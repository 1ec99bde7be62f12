package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's TLS as the engine uses it by default, save that a call learns which connection it is waiting for: a peer that
 * stalls in the handshake would keep a cancelled call's socket open until the handshake times out. And a connection is
 * watched by a {@link ConnectionGuard}.
 *
 * <p>For an engine that is not ours, whose transport is not {@link WatchedNio}. There the time-out has to do where the
 * handshake does not begin on the stack of the request: through a proxy, or while a key store is still loaded.
 */
final class TlsEngine extends JdkSSLEngineOptions {

    private final @Nullable X509TrustManager trustManager;
    private final @Nullable X509KeyManager keyManager;
    private final Http2Connections connections = new Http2Connections();

    /** With the given managers, or those of the engine's options. */
    TlsEngine(@Nullable X509TrustManager trustManager, @Nullable X509KeyManager keyManager) {
        this.trustManager = trustManager;
        this.keyManager = keyManager;
    }

    /** The connections of HTTP/2 that were made with it. */
    Http2Connections connections() {
        return connections;
    }

    @Override
    public SslContextFactory sslContextFactory() {
        SslContextFactory factory = new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                return new WatchedContext(super.create(), connections);
            }

            /** Called with the trust of the engine's options; the host's name is verified beside it. */
            @Override
            public SslContextFactory trustManagerFactory(TrustManagerFactory trust) {
                return super.trustManagerFactory(ManagerFactories.verifyingNames(trust));
            }
        };
        // As options of the engine the managers would be loaded on another thread.
        if (trustManager != null) {
            factory.trustManagerFactory(ManagerFactories.holding(trustManager));
        }
        if (keyManager != null) {
            factory.keyMananagerFactory(ManagerFactories.holding(keyManager));
        }
        return factory;
    }

    private static final class WatchedContext extends SslContext {

        private final SslContext context;
        private final Http2Connections connections;

        WatchedContext(SslContext context, Http2Connections connections) {
            this.context = context;
            this.connections = connections;
        }

        @Override
        public boolean isClient() {
            return context.isClient();
        }

        @Override
        public List<String> cipherSuites() {
            return context.cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation") // The type of an abstract method, which there is no way around.
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return context.applicationProtocolNegotiator();
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            return context.newEngine(allocator);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
            return context.newEngine(allocator, peerHost, peerPort);
        }

        @Override
        public SSLSessionContext sessionContext() {
            return context.sessionContext();
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls, Executor executor) {
            return new WatchedHandler(newEngine(allocator, peerHost, peerPort), startTls, executor, connections);
        }
    }

    private static final class WatchedHandler extends SslHandler {

        private final ConnectionGuard guard;

        WatchedHandler(SSLEngine engine, boolean startTls, Executor executor, Http2Connections connections) {
            super(engine, startTls, executor);
            this.guard = new ConnectionGuard(connections);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            super.handlerAdded(context);
            VertxCall call = AskingCall.current();
            if (call != null) {
                call.connecting(context.channel());
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            guard.bytesLeave(context.pipeline());
            super.write(context, message, promise);
        }

        /** Behind the settings of the server, which are acknowledged before the engine has them. */
        @Override
        public void flush(ChannelHandlerContext context) throws Exception {
            guard.bytesLeave(context.pipeline());
            super.flush(context);
        }
    }
}
