package top.neuralbox.transport.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * NIO as the engine uses it by default, save that a call learns which connection it is waiting for as soon as there is one:
 * also while a proxy has yet to say a word, before there is TLS.
 */
final class WatchedNio implements Transport, io.vertx.core.transport.Transport {

    private final Transport nio = NIO.implementation();

    private WatchedNio() {}

    /**
     * A {@code Vertx} on it. It is made here, for a class that names this one would not load beside a Vert.x that knows no such
     * transport, and could not say that it is the wrong version.
     */
    static Vertx vertx(VertxOptions options) {
        return Vertx.builder().with(options).withTransport(new WatchedNio()).build();
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
        VertxCall call = AskingCall.current();
        if (call == null) {
            return factory;
        }
        return (ChannelFactory<Channel>) () -> {
            Channel fresh = factory.newChannel();
            fresh.pipeline().addLast(new Introduction(call));
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
        return nio.convert(address);
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
        return nio.eventLoopGroup(type, threads, threadFactory, ioRatio);
    }

    @Override
    @SuppressWarnings("deprecation") // The type of an abstract method's parameter, which there is no way around.
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

    /** Tells the call of its connection when the event loop has it, from when on it can be closed. */
    private static final class Introduction extends ChannelInboundHandlerAdapter {

        private final VertxCall call;

        Introduction(VertxCall call) {
            this.call = call;
        }

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            context.pipeline().remove(this);
            call.connecting(context.channel());
            context.fireChannelRegistered();
        }
    }
}
