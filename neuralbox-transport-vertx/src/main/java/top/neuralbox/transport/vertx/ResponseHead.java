package top.neuralbox.transport.vertx;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;

/** The rules for response heads, over both versions of HTTP. */
final class ResponseHead {

    /** The most bytes of a head: the status line and the field lines, as HTTP/1.1 writes them. */
    static final int MOST_BYTES = ExchangeFailures.MOST_HEAD_BYTES;

    static final int SWITCHING_PROTOCOLS = 101;
    /** The start of the engine's message if a field section is too long before it ends (Netty 4.2). */
    private static final String HTTP2_TOO_LONG = "Header size exceeded";

    private static final int STATUS_LINE = "HTTP/1.1 200 \r\n".length();
    private static final int SEPARATORS = ": \r\n".length();

    private ResponseHead() {}

    static boolean isInterim(int status) {
        return status >= 100 && status < 200;
    }

    /**
     * The fault of a head, or null.
     *
     * @param interim the number of interim responses to the request, including this one
     */
    static @Nullable HeadFault fault(
            int status,
            Iterable<? extends Map.Entry<? extends CharSequence, ? extends CharSequence>> fields,
            int interim) {
        if (status < 100 || status > 999) {
            return HeadFault.STATUS_CODE;
        }
        if (status == SWITCHING_PROTOCOLS) {
            return HeadFault.SWITCHED_PROTOCOLS;
        }
        if (interim > ExchangeFailures.MOST_INTERIM_RESPONSES) {
            return HeadFault.TOO_MANY_INTERIM;
        }
        long length = STATUS_LINE;
        for (Map.Entry<? extends CharSequence, ? extends CharSequence> field : fields) {
            length += field.getKey().length() + field.getValue().length() + SEPARATORS;
        }
        return length > MOST_BYTES ? HeadFault.TOO_LONG : null;
    }

    /** Whether the engine refused a head because of its size. */
    static boolean isTooLong(Throwable cause) {
        if (cause instanceof TooLongFrameException || cause instanceof Http2Exception.HeaderListSizeException) {
            return true;
        }
        return cause instanceof Http2Exception
                && String.valueOf(cause.getMessage()).startsWith(HTTP2_TOO_LONG);
    }
}
