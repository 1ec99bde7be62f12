package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.proxy.ProxyConnectException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import top.neuralbox.transport.ExchangeFailures;

/**
 * A handler between a proxy and the engine while a tunnel is opened. Any 2xx response opens the tunnel (RFC 9110, section
 * 9.3.6), and interim responses may come before it. But the engine accepts only 200 (Netty 4.2). So it gets only the final
 * head, with 200 for any success, and without fields, which it would ignore.
 */
final class ProxyAnswers extends ByteToMessageDecoder {

    private static final String VERSION = "HTTP/1.";
    private static final int STATUS_AT = VERSION.length() + 2;
    private static final int STATUS_END = STATUS_AT + 3;

    private int interim;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws ProxyConnectException {
        int length = lengthOfHead(in);
        if (length < 0) {
            if (in.readableBytes() > ResponseHead.MOST_BYTES) {
                throw new ProxyConnectException("the proxy's answer is longer than a head may be");
            }
            return;
        }
        int status = statusOf(in);
        in.skipBytes(length);
        if (ResponseHead.isInterim(status) && status != ResponseHead.SWITCHING_PROTOCOLS) {
            if (++interim > ExchangeFailures.MOST_INTERIM_RESPONSES) {
                throw new ProxyConnectException("the proxy sent too many interim responses");
            }
            return;
        }
        String head =
                status / 100 == 2 ? "HTTP/1.1 200 \r\n\r\n" : "HTTP/1.1 " + status + " \r\nContent-Length: 0\r\n\r\n";
        out.add(Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII));
        // When this handler is removed, it passes on the bytes after the head.
        context.pipeline().remove(this);
    }

    /** The length of the head, which ends with an empty line (RFC 9112, sections 2.1 and 2.2); -1 if that has not come. */
    private static int lengthOfHead(ByteBuf in) {
        int lineLength = 0;
        for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
            byte octet = in.getByte(i);
            if (octet == '\n') {
                if (lineLength == 0) {
                    return i + 1 - in.readerIndex();
                }
                lineLength = 0;
            } else if (octet != '\r') {
                lineLength++;
            }
        }
        return -1;
    }

    private static int statusOf(ByteBuf in) throws ProxyConnectException {
        if (in.readableBytes() >= STATUS_END) {
            String line = in.toString(in.readerIndex(), STATUS_END, StandardCharsets.US_ASCII);
            String status = line.substring(STATUS_AT);
            if (line.startsWith(VERSION) && status.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Integer.parseInt(status);
            }
        }
        throw new ProxyConnectException("the proxy does not answer in HTTP/1.1");
    }
}
