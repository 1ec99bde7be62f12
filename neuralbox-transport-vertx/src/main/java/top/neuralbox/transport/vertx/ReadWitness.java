package top.neuralbox.transport.vertx;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * A handler directly before the engine's own handler in a connection. It detects that data from the network was lost because
 * memory ran out. Netty reports that only to the handler that has just failed, which needs memory to pass it on, and then to a
 * log. Confined to the event loop of the connection, which is a {@link LastingLoops.Lasting}.
 */
final class ReadWitness extends ChannelInboundHandlerAdapter {

    private static final int LINGER_MILLIS = 500;

    private final LastingLoops.Lasting loop;
    private final ChannelHandlerContext engine;
    private boolean inactive;

    /** @param engine the place of the engine's handler */
    private ReadWitness(LastingLoops.Lasting loop, ChannelHandlerContext engine) {
        this.loop = loop;
        this.engine = engine;
    }

    /** Adds a witness before the engine's handler, if the event loop is ours. */
    static void before(ChannelHandlerContext engine) {
        if (engine.channel().eventLoop() instanceof LastingLoops.Lasting loop) {
            engine.pipeline().addBefore(engine.name(), "neuralbox-witness", new ReadWitness(loop, engine));
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop.opened(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        loop.closed(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (loop.isShortOfMemory()) {
            // An earlier message may be lost, and the connection is about to be closed.
            ReferenceCountUtil.release(message);
        } else if (engine.isRemoved()) {
            context.fireChannelRead(message);
        } else {
            try {
                handler().channelRead(engine, message);
            } catch (Throwable thrown) {
                report(thrown);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (engine.isRemoved()) {
            context.fireChannelReadComplete();
        } else {
            try {
                handler().channelReadComplete(engine);
            } catch (Throwable thrown) {
                report(thrown);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (engine.isRemoved()) {
            context.fireChannelInactive();
        } else {
            tellInactive();
        }
        loop.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.shortageIn(cause);
        context.fireExceptionCaught(cause);
    }

    /** Closes the connection, and makes sure that the engine is notified. */
    void close() {
        ChannelFuture unused = engine.channel().close();
        var unusedCheck = loop.schedule(
                () -> {
                    if (!engine.isRemoved() && !engine.channel().isActive()) {
                        tellInactive();
                    }
                },
                LINGER_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void tellInactive() {
        if (!inactive) {
            inactive = true;
            try {
                handler().channelInactive(engine);
            } catch (Throwable thrown) {
                report(thrown);
            }
        }
    }

    private void report(Throwable thrown) {
        loop.shortageIn(thrown);
        try {
            handler().exceptionCaught(engine, thrown);
        } catch (Throwable still) {
            loop.shortageIn(still);
        }
    }

    private ChannelInboundHandler handler() {
        return (ChannelInboundHandler) engine.handler();
    }
}
