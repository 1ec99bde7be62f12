package top.neuralbox.transport.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.handler.proxy.HttpProxyHandler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * NIO as the engine uses it by default, with four additions. A call learns which connection it waits for as soon as there is
 * one, even while a proxy is silent, before TLS begins. Names come from {@link HostNames}. A connection has the handlers that
 * the engine lacks. No {@code Error} ends an event loop.
 */
final class WatchedNio implements Transport, io.vertx.core.transport.Transport {

    private final Transport nio = NIO.implementation();

    private final HostNames names;

    private WatchedNio(HostNames names) {
        this.names = names;
    }

    /**
     * Creates a {@code Vertx} on this transport. It does so here, because a class that uses this one would not load with a
     * version of Vert.x that has no such transport, and so could not report the wrong version.
     */
    static Vertx vertx(VertxOptions options, HostNames names) {
        return Vertx.builder()
                .with(options)
                .withTransport(new WatchedNio(names))
                .build();
    }

    @Override
    public String name() {
        return NIO.name();
    }

    @Override
    public boolean available() {
        return NIO.available();
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
        return NIO.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
        return this;
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        ChannelFactory<? extends Channel> factory = nio.channelFactory(domainSocket);
        if (domainSocket) {
            return factory;
        }
        VertxCall call = CurrentCall.current();
        return (ChannelFactory<Channel>) () -> {
            Channel fresh = factory.newChannel();
            fresh.pipeline().addLast(new Introduction(call, names));
            return fresh;
        };
    }

    @Override
    public boolean supportsDomainSockets() {
        return nio.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return nio.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
        return nio.isAvailable();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        InetAddress known = address.isInetSocket() ? names.first(address.host()) : null;
        return known == null ? nio.convert(address) : new InetSocketAddress(known, address.port());
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return nio.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return nio.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory threadFactory, int ioRatio) {
        return new LastingLoops(threads, threadFactory, nio.ioHandlerFactory());
    }

    @Override
    @SuppressWarnings("deprecation") // A parameter of an abstract method has this type.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return nio.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return nio.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return nio.serverChannelFactory(domainSocket);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        nio.configure(channel, options);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        nio.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        nio.configure(config, domainSocket, bootstrap);
    }

    /**
     * Gives the call its connection when the event loop has it, because the connection can be closed from then on. Adds the
     * handlers next to the network.
     */
    private static final class Introduction extends ChannelInboundHandlerAdapter {

        private final @Nullable VertxCall call;
        private final HostNames names;

        Introduction(@Nullable VertxCall call, HostNames names) {
            this.call = call;
            this.names = names;
        }

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.remove(this);
            if (pipeline.get(HttpProxyHandler.class) != null) {
                pipeline.addFirst(new ProxyAnswers());
                pipeline.addFirst(new ProxyAddress(names));
            }
            pipeline.addFirst(new ConnectionGuard.AtTheNetwork());
            ConnectionGuard.readToEnd(context.channel());
            if (call != null) {
                call.connecting(context.channel());
            }
            context.fireChannelRegistered();
        }
    }

    /** Connects to the proxy's address that is first now. The engine has looked the proxy's name up by itself. */
    private static final class ProxyAddress extends ChannelOutboundHandlerAdapter {

        private final HostNames names;

        ProxyAddress(HostNames names) {
            this.names = names;
        }

        @Override
        public void connect(
                ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            context.pipeline().remove(this);
            SocketAddress chosen = remote;
            if (remote instanceof InetSocketAddress proxy) {
                InetAddress known = names.first(proxy.getHostString());
                chosen = known == null ? remote : new InetSocketAddress(known, proxy.getPort());
            }
            ChannelFuture unused = context.connect(chosen, local, promise);
        }
    }
}
