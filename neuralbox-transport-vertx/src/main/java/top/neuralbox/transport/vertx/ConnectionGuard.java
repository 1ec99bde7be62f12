package top.neuralbox.transport.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;

/**
 * Puts {@link Http1Heads} and {@link Http1Bytes}, or {@link Http2Heads}, into a connection when its first request is written,
 * from when on a response may come: the engine hands no connection out before it has made it, and has no place for such a
 * thing (5.2.3). Confined to the event loop of the connection.
 */
final class ConnectionGuard {

    private final Http2Connections connections;
    private boolean inPlace;

    /** @param connections learns of each connection of HTTP/2 */
    ConnectionGuard(Http2Connections connections) {
        this.connections = connections;
    }

    /** Something is about to leave for the network. */
    void bytesLeave(ChannelPipeline pipeline) {
        if (inPlace) {
            return;
        }
        Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
        if (http2 != null) {
            inPlace = guard(http2, pipeline.channel());
            return;
        }
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        // A proxy's handshake has such a codec of its own, which is of another class.
        if (codec != null) {
            inPlace = true;
            Http1Heads heads = new Http1Heads();
            pipeline.addAfter(codec.name(), "neuralbox-heads", heads);
            pipeline.addBefore(codec.name(), "neuralbox-bytes", new Http1Bytes(codec, heads));
        }
    }

    private boolean guard(Http2ConnectionHandler http2, Channel channel) {
        Http2ConnectionDecoder decoder = http2.decoder();
        Http2FrameListener engine = decoder.frameListener();
        if (engine == null || engine == http2) {
            // The settings of the server have not come, and the engine waits for them with another listener.
            return false;
        }
        Http2Heads heads = new Http2Heads(engine, channel, http2.connection());
        decoder.frameListener(heads);
        if (engine instanceof HttpConnection connection) {
            connections.opened(connection, heads);
        }
        return true;
    }

    /**
     * Guards a connection in clear text from the place next to the network; one with TLS is guarded by its {@link
     * TlsEngine}. The engine throws it out once, with handlers of its own.
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
