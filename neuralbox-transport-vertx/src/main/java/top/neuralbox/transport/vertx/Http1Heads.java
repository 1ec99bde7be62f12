package top.neuralbox.transport.vertx;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the codec of an HTTP/1.1 connection and the engine, and passes interim responses over. The engine knows two
 * of them (5.2.3); any other would be the answer for it: the connection would go back to the pool, and the answer itself to
 * the next caller. The end of a response waits until {@link Http1Bytes} knows whether there is anything behind it, since
 * with it the engine gives the connection to the next caller. Confined to the event loop of the connection.
 */
final class Http1Heads extends ChannelDuplexHandler {

    private @Nullable ChannelHandlerContext place;

    /** How many interim responses have come since the last answer. */
    private int interim;

    private boolean inInterim;
    private boolean broken;

    /** Whether a request has left, and the end of its response has not come. At first true: the guard comes with a request. */
    private boolean awaitsResponse = true;

    /** Whether the response that has begun has no other end. */
    private boolean endsWithConnection;

    /** Whether the response that has begun comes in chunks. */
    private boolean inChunks;

    private boolean reading;

    /** The end of a response that came in this read. */
    private @Nullable LastHttpContent end;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        place = context;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest) {
            awaitsResponse = true;
        }
        ChannelFuture unused = context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken || end != null) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpResponse head) {
            head(context, head);
        } else if (inInterim && message instanceof HttpObject) {
            inInterim = !(message instanceof LastHttpContent);
            ReferenceCountUtil.release(message);
        } else if (message instanceof LastHttpContent last
                && !last.decoderResult().isFailure()) {
            end(context, last);
        } else {
            context.fireChannelRead(message);
        }
    }

    boolean awaitsResponse() {
        return awaitsResponse;
    }

    boolean endsWithConnection() {
        return endsWithConnection;
    }

    /** Whether the response may end with this byte: one in chunks ends with a line (RFC 9112, section 7.1). */
    boolean mayEndWith(byte last) {
        return !inChunks || last == '\n';
    }

    void readBegins() {
        reading = true;
    }

    void readEnds() {
        reading = false;
        LastHttpContent whole = end;
        ChannelHandlerContext here = place;
        if (whole != null && here != null) {
            end = null;
            here.fireChannelRead(whole);
        }
    }

    /** The server has sent what belongs to no response. The engine takes the connection out of its pool at once. */
    void close() {
        broken = true;
        ChannelHandlerContext here = place;
        if (here != null) {
            ChannelFuture unused = here.channel().close();
        }
    }

    private void end(ChannelHandlerContext context, LastHttpContent last) {
        awaitsResponse = false;
        endsWithConnection = false;
        inChunks = false;
        if (reading) {
            end = last;
        } else {
            context.fireChannelRead(last);
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
            boolean content = hasContent(head.status().code());
            inChunks = content && HttpUtil.isTransferEncodingChunked(head);
            endsWithConnection = content && !inChunks && !HttpUtil.isContentLengthSet(head);
            if (closes(head)) {
                head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
            context.fireChannelRead(head);
        }
    }

    /**
     * Whether the connection ends with the response. The engine (5.2.3) does not see the option among others, nor that there is
     * no other end than the connection's, and would give the next caller a connection that ends.
     */
    private boolean closes(HttpResponse head) {
        return endsWithConnection
                || head.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
    }

    /** RFC 9110, section 6.4.1. */
    private static boolean hasContent(int status) {
        return status != 204 && status != 304;
    }

    private @Nullable HeadFault faultOf(HttpResponse head) {
        if (head.decoderResult().isFailure()) {
            return ResponseHead.isTooLong(head.decoderResult().cause()) ? HeadFault.TOO_LONG : null;
        }
        return ResponseHead.fault(head.status().code(), head.headers(), interim);
    }
}
