package top.neuralbox.transport.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;

/**
 * Adds {@link Http1Heads} and {@link Http1Bytes}, or {@link Http2Heads}, to a connection when its first request is written,
 * because a response may come from then on. The engine gives no access to a connection before it is complete, and has no place
 * for such handlers (5.2.3). Confined to the event loop of the connection.
 */
final class ConnectionGuard {

    private final Http2Connections connections;
    private boolean inPlace;

    /** @param connections gets each HTTP/2 connection */
    ConnectionGuard(Http2Connections connections) {
        this.connections = connections;
    }

    /**
     * Lets a connection be read to its end after a write has failed, because a whole response may have arrived before. By
     * default Netty would close the connection at once. With this setting it closes only the output, and the rest when there is
     * nothing more to read.
     */
    @SuppressWarnings("deprecation") // There is no other way to keep the bytes that have arrived.
    static void readToEnd(Channel channel) {
        channel.config().setAutoClose(false);
    }

    /** Whether a write has failed on a connection that is still read. */
    static boolean hasFailedToWrite(Channel channel) {
        return channel instanceof DuplexChannel duplex && duplex.isOutputShutdown();
    }

    /** Guards a connection that is idle before its first request. On its event loop. */
    static void idle(ChannelPipeline pipeline) {
        SslHandler tls = pipeline.get(SslHandler.class);
        AtTheNetwork clearText = pipeline.get(AtTheNetwork.class);
        if (tls instanceof TlsEngine.WatchedHandler watched) {
            watched.guard().settle(pipeline, false);
        } else if (tls == null && clearText != null) {
            clearText.guard.settle(pipeline, false);
        }
    }

    /** Bytes are about to leave for the network. */
    void bytesLeave(ChannelPipeline pipeline) {
        settle(pipeline, true);
    }

    private void settle(ChannelPipeline pipeline, boolean awaitsResponse) {
        if (inPlace) {
            return;
        }
        Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
        if (http2 != null) {
            inPlace = guard(http2, pipeline.channel());
            return;
        }
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        // The handshake with a proxy has its own codec, which is of another class.
        if (codec != null) {
            inPlace = true;
            if (pipeline.get(Http1Heads.class) != null) {
                // The guard of the other TLS layer was first: a proxy has one of its own.
                return;
            }
            Http1Heads heads = new Http1Heads(awaitsResponse);
            pipeline.addAfter(codec.name(), "neuralbox-heads", heads);
            pipeline.addBefore(codec.name(), "neuralbox-bytes", new Http1Bytes(codec, heads));
            ReadWitness.before(pipeline.lastContext());
        }
    }

    private boolean guard(Http2ConnectionHandler http2, Channel channel) {
        Http2ConnectionDecoder decoder = http2.decoder();
        Http2FrameListener engine = decoder.frameListener();
        if (engine == null || engine == http2) {
            // The server's settings have not arrived, and the engine waits for them with another listener.
            return false;
        }
        if (engine instanceof Http2Heads) {
            return true;
        }
        Http2Heads heads = new Http2Heads(engine, channel, http2.connection());
        decoder.frameListener(heads);
        ReadWitness.before(channel.pipeline().context(http2));
        if (engine instanceof HttpConnection connection) {
            connections.opened(connection, heads);
        }
        return true;
    }

    /**
     * Guards a clear-text connection, from the place next to the network. {@link TlsEngine} guards a connection with TLS. The
     * engine removes this handler once, together with its own handlers.
     */
    static final class AtTheNetwork extends ChannelOutboundHandlerAdapter {

        // HTTP/2 is spoken over TLS only.
        private final ConnectionGuard guard = new ConnectionGuard(new Http2Connections());

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (context.pipeline().get(SslHandler.class) == null) {
                guard.bytesLeave(context.pipeline());
            }
            ChannelFuture unused = context.write(message, promise);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            if (context.channel().isActive()) {
                context.pipeline().addFirst(new AtTheNetwork());
            }
        }
    }
}
