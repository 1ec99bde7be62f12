package top.neuralbox.transport.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * A listener between the frames of an HTTP/2 connection and the engine. It skips interim responses, because the engine knows
 * only two of them (5.2.3). After any other the engine would end the connection with all of its streams. Confined to the event
 * loop of the connection.
 */
final class Http2Heads extends Http2FrameListenerDecorator {

    private final Channel channel;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey interims;

    Http2Heads(Http2FrameListener engine, Channel channel, Http2Connection connection) {
        super(engine);
        this.channel = channel;
        this.connection = connection;
        this.interims = connection.newKey();
    }

    /**
     * Whether the connection is open in both directions, the server has sent no GOAWAY, and its limit of streams is not
     * reached.
     */
    boolean takesStream() {
        return channel.isActive()
                && TlsEngine.isOpen(channel)
                && !ConnectionGuard.hasFailedToWrite(channel)
                && !connection.goAwayReceived()
                && connection.local().canOpenStream();
    }

    /**
     * Whether the peer guarantees that it has not acted on this stream, because the last one that its GOAWAY names is below it
     * (RFC 9113, section 6.8). The engine's own record may be that of a GOAWAY which we sent, and which guarantees nothing.
     */
    boolean isAboveLastOfPeer(long stream) {
        return connection.goAwayReceived() && stream > connection.local().lastStreamKnownByPeer();
    }

    /** Resets a stream with CANCEL (RFC 9113, section 7), unless it has ended. */
    void endStream(long stream) {
        Http2ConnectionHandler frames = channel.pipeline().get(Http2ConnectionHandler.class);
        if (frames != null && connection.stream((int) stream) != null) {
            ChannelHandlerContext context = channel.pipeline().context(frames);
            ChannelFuture unused =
                    frames.resetStream(context, (int) stream, Http2Error.CANCEL.code(), context.newPromise());
            context.flush();
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception {
        if (!isPassedOver(id, headers, endOfStream)) {
            super.onHeadersRead(context, id, headers, padding, endOfStream);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int id,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean endOfStream)
            throws Http2Exception {
        if (!isPassedOver(id, headers, endOfStream)) {
            super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, endOfStream);
        }
    }

    /** Our settings switch push off, and the server gets them before the request to which a push belongs. */
    @Override
    public void onPushPromiseRead(
            ChannelHandlerContext context, int id, int promised, Http2Headers headers, int padding)
            throws Http2Exception {
        throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "PUSH_PROMISE is switched off");
    }

    /** @throws Http2Exception for this stream only */
    private boolean isPassedOver(int id, Http2Headers headers, boolean endOfStream) throws Http2Exception {
        if (headers.status() == null) {
            // A trailer section, or a head that the engine refuses.
            return false;
        }
        Integer status = statusOf(headers.status());
        if (status == null) {
            throw Http2Exception.streamError(
                    id, Http2Error.PROTOCOL_ERROR, HeadFault.STATUS_CODE.found(), "%s", HeadFault.STATUS_CODE);
        }
        boolean interim = ResponseHead.isInterim(status);
        HeadFault fault = ResponseHead.fault(status, headers, interim ? count(id) : 0);
        if (fault == null && interim && endOfStream) {
            fault = HeadFault.INTERIM_ENDS;
        }
        if (fault != null) {
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, fault.found(), "%s", fault);
        }
        return interim;
    }

    private int count(int id) {
        Http2Stream stream = connection.stream(id);
        if (stream == null) {
            return 0;
        }
        Integer before = stream.getProperty(interims);
        int count = before == null ? 1 : before + 1;
        stream.setProperty(interims, count);
        return count;
    }

    /** Three digits; null for anything else, some of which the engine would accept (5.2.3). */
    private static @Nullable Integer statusOf(CharSequence status) {
        if (status.length() != 3) {
            return null;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            code = 10 * code + digit;
        }
        return code;
    }
}
