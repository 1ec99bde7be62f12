package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands between the network and the codec of an HTTP/1.1 connection, and closes the connection if it gets bytes that belong
 * to no response: behind a whole one, or while there is no request. The codec would skip an empty line, and keep the
 * beginning of a response for the next caller (Netty 4.2).
 *
 * <p>The codec does not tell how much of what it got belongs to the response. So it gets the last byte of a read by itself, where
 * the response may end with that: a response that ends before it has something behind it. Confined to the event loop of the
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
        // Behind the answer to CONNECT the engine takes the codec out, and the bytes are the application's.
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
                // A response that has ended, though not with the last byte, has something behind it.
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
