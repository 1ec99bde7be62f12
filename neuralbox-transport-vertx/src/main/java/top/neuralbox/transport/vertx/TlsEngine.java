package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AttributeKey;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's TLS as the engine uses it by default, with two additions. A call learns which connection it waits for, because a
 * peer that stalls in the handshake would keep a cancelled call's socket open until the handshake times out. And a
 * {@link ConnectionGuard} watches each connection.
 *
 * <p>The first addition is for an engine that is not ours, whose transport is not {@link WatchedNio}. There the time-out must
 * suffice if the handshake does not begin on the stack of the request: through a proxy, or while a key store is still being
 * loaded.
 */
final class TlsEngine extends JdkSSLEngineOptions {

    /** Who resumes a session asks no manager, and its certificates may have been replaced. Zero would mean without limit. */
    private static final int RESUMPTION_SECONDS = 1;

    /** The TLS layer that was added last. */
    private static final AttributeKey<SslHandler> INNERMOST =
            AttributeKey.valueOf("top.neuralbox.transport.vertx.innermost");

    private final @Nullable X509TrustManager trustManager;
    private final @Nullable X509KeyManager keyManager;
    private final Http2Connections connections = new Http2Connections();

    /** With the given managers, or those of the engine's options. */
    TlsEngine(@Nullable X509TrustManager trustManager, @Nullable X509KeyManager keyManager) {
        this.trustManager = trustManager;
        this.keyManager = keyManager;
    }

    /** The HTTP/2 connections that use this TLS. */
    Http2Connections connections() {
        return connections;
    }

    /** Whether TLS is open in both directions, for a request and its response. On the event loop of the connection. */
    static boolean isOpen(Channel channel) {
        // The first one is a proxy's, if the proxy speaks TLS too.
        return isOpen(channel.pipeline().get(SslHandler.class))
                && isOpen(channel.attr(INNERMOST).get());
    }

    private static boolean isOpen(@Nullable SslHandler tls) {
        return tls == null || !(tls.engine().isInboundDone() || tls.engine().isOutboundDone());
    }

    @Override
    public SslContextFactory sslContextFactory() {
        SslContextFactory factory = new DefaultSslContextFactory(SslProvider.JDK, false) {

            /** Whether any manager is the application's: of this engine, or of the engine's options. */
            private boolean managed;

            @Override
            public SslContext create() throws SSLException {
                SslContext context = super.create();
                if (managed) {
                    context.sessionContext().setSessionTimeout(RESUMPTION_SECONDS);
                }
                return new WatchedContext(context, connections);
            }

            /** The host's name is verified too. */
            @Override
            public SslContextFactory trustManagerFactory(TrustManagerFactory trust) {
                managed = true;
                return super.trustManagerFactory(ManagerFactories.verifyingNames(trust));
            }

            @Override
            public SslContextFactory keyMananagerFactory(KeyManagerFactory key) {
                managed = true;
                return super.keyMananagerFactory(key);
            }
        };
        // If the managers were options of the engine, it would load them on another thread.
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
        @SuppressWarnings("deprecation") // An abstract method has this type.
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

    /** The TLS layer of one connection. */
    static final class WatchedHandler extends SslHandler {

        private final ConnectionGuard guard;
        private boolean isClosing;

        private WatchedHandler(SSLEngine engine, boolean startTls, Executor executor, Http2Connections connections) {
            super(engine, startTls, executor);
            this.guard = new ConnectionGuard(connections);
        }

        ConnectionGuard guard() {
            return guard;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            super.handlerAdded(context);
            ConnectionGuard.readToEnd(context.channel());
            context.channel().attr(INNERMOST).set(this);
            VertxCall call = CurrentCall.current();
            if (call != null) {
                call.connecting(context.channel());
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            guard.bytesLeave(context.pipeline());
            super.write(context, message, promise);
        }

        /**
         * Closes the connection when the peer has ended TLS and all earlier bytes have been read, because no bytes can follow
         * (RFC 8446, section 6.1). The engine would wait for the end of TCP (5.2.3), which a server need not send, and would
         * let further calls use the connection until then.
         */
        @Override
        public void read(ChannelHandlerContext context) throws Exception {
            super.read(context);
            if (sslCloseFuture().isSuccess() && !isClosing) {
                isClosing = true;
                close(context, context.newPromise());
            }
        }

        /** Tries again to add the guard: the server's settings are acknowledged before the engine has them. */
        @Override
        public void flush(ChannelHandlerContext context) throws Exception {
            guard.bytesLeave(context.pipeline());
            super.flush(context);
        }
    }
}
