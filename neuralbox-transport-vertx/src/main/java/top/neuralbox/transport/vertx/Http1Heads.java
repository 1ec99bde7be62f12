package top.neuralbox.transport.vertx;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpContent;
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
 * A handler between the codec of an HTTP/1.1 connection and the engine. It skips interim responses, because the engine knows
 * only two of them (5.2.3). The engine would take any other for the final response: the connection would return to the pool,
 * and the next call would get the real final response.
 *
 * <p>The end of a response waits until {@link Http1Bytes} knows whether surplus bytes follow it, because at the end the engine
 * gives the connection to the next call. Confined to the event loop of the connection.
 */
final class Http1Heads extends ChannelDuplexHandler {

    private @Nullable ChannelHandlerContext place;

    /** The number of interim responses since the last final response. */
    private int interim;

    private boolean inInterim;
    private boolean broken;

    /** Whether a request has left, and the end of its response has not come. */
    private boolean awaitsResponse;

    /** Whether only the end of the connection ends the current response. */
    private boolean endsWithConnection;

    /** Whether the current response is chunked. */
    private boolean inChunks;

    private boolean reading;

    /** The end of a response that came in this read. */
    private @Nullable LastHttpContent end;

    /** @param awaitsResponse whether this handler is added with a request */
    Http1Heads(boolean awaitsResponse) {
        this.awaitsResponse = awaitsResponse;
    }

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
        } else if (message.getClass() == DefaultHttpContent.class && !inInterim) {
            // Nearly every message. To see that it implements none of the interfaces below costs more than the rest
            // here.
            context.fireChannelRead(message);
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

    /** Whether the response may end with this byte. A chunked response ends with a line (RFC 9112, section 7.1). */
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

    /** The server has sent bytes that belong to no response. The engine removes the connection from its pool at once. */
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
        if (head.decoderResult().isFailure()) {
            // Even of an interim response: the codec drops all that follows, so the final response would never come.
            broken = true;
            if (ResponseHead.isTooLong(head.decoderResult().cause())) {
                head.setDecoderResult(DecoderResult.failure(HeadFault.TOO_LONG.found()));
            }
            context.fireChannelRead(head);
            return;
        }
        boolean passedOver = ResponseHead.isInterim(head.status().code());
        interim = passedOver ? interim + 1 : 0;
        HeadFault fault = ResponseHead.fault(head.status().code(), head.headers(), interim);
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
     * Whether the connection ends with the response. The engine (5.2.3) does not see the option {@code close} among other
     * options, nor a response that only the end of the connection ends. It would give the next call a connection that is about
     * to end.
     */
    private boolean closes(HttpResponse head) {
        return endsWithConnection
                || head.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
    }

    /** RFC 9110, section 6.4.1. */
    private static boolean hasContent(int status) {
        return status != 204 && status != 304;
    }
}
