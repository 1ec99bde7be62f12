package top.neuralbox.transport.vertx;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the codec of an HTTP/1.1 connection and the engine, and passes interim responses over. The engine knows two
 * of them (5.2.3); any other would be the answer for it: the connection would go back to the pool, and the answer itself to
 * the next caller. Confined to the event loop of the connection.
 */
final class Http1Heads extends ChannelInboundHandlerAdapter {

    /** How many interim responses have come since the last answer. */
    private int interim;

    private boolean inInterim;
    private boolean broken;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpResponse head) {
            head(context, head);
        } else if (inInterim && message instanceof HttpObject) {
            inInterim = !(message instanceof LastHttpContent);
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void head(ChannelHandlerContext context, HttpResponse head) {
        boolean passedOver = ResponseHead.isInterim(head.status().code());
        interim = passedOver ? interim + 1 : 0;
        HeadFault fault = faultOf(head);
        if (fault != null) {
            broken = true;
            // The engine fails the request and closes the connection.
            head.setDecoderResult(DecoderResult.failure(fault.found()));
            context.fireChannelRead(head);
        } else if (passedOver) {
            inInterim = true;
            ReferenceCountUtil.release(head);
        } else {
            sayCloseAlone(head);
            context.fireChannelRead(head);
        }
    }

    /** The engine does not see the option among others (5.2.3), and would use a connection again that ends. */
    private static void sayCloseAlone(HttpResponse head) {
        HttpHeaders fields = head.headers();
        if (fields.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)) {
            fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    private @Nullable HeadFault faultOf(HttpResponse head) {
        if (head.decoderResult().isFailure()) {
            return ResponseHead.isTooLong(head.decoderResult().cause()) ? HeadFault.TOO_LONG : null;
        }
        return ResponseHead.fault(head.status().code(), head.headers(), interim);
    }
}
