package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * A handler between the network and the codec of an HTTP/1.1 connection. It closes the connection if bytes arrive that belong
 * to no response: after a whole response, or while there is no request. The codec would skip an empty line, and would keep the
 * beginning of a response for the next call (Netty 4.2).
 *
 * <p>The codec does not report how many of its bytes belong to the response. So it gets the last byte of a read separately, if
 * the response may end with that byte. If the response ends earlier, surplus bytes follow it. Confined to the event loop of the
 * connection.
 */
final class Http1Bytes extends ChannelInboundHandlerAdapter {

    private final ChannelHandlerContext codec;
    private final Http1Heads heads;

    Http1Bytes(ChannelHandlerContext codec, Http1Heads heads) {
        this.codec = codec;
        this.heads = heads;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // After the response to CONNECT the engine removes the codec, and the bytes belong to the application.
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable() || codec.isRemoved()) {
            context.fireChannelRead(message);
        } else if (heads.awaitsResponse()) {
            read(context, bytes);
        } else {
            ReferenceCountUtil.release(bytes);
            heads.close();
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf bytes) {
        heads.readBegins();
        try {
            boolean mayEnd = heads.mayEndWith(bytes.getByte(bytes.writerIndex() - 1));
            if (mayEnd && bytes.readableBytes() > 1 && !heads.endsWithConnection()) {
                context.fireChannelRead(bytes.readRetainedSlice(bytes.readableBytes() - 1));
            }
            boolean behind = !heads.awaitsResponse();
            if (!behind || codec.isRemoved()) {
                context.fireChannelRead(bytes.retain());
                // If the response has ended, but cannot end with the last byte, surplus bytes follow it.
                behind = !mayEnd && !heads.awaitsResponse();
            }
            if (behind && !codec.isRemoved()) {
                heads.close();
            }
        } finally {
            bytes.release();
            heads.readEnds();
        }
    }
}
