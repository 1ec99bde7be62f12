package top.neuralbox.faults.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Writes header blocks (RFC 7541) in the representations of a style, and refers to no entry that it added to the dynamic table.
 */
final class HeaderBlock {

    private static final int STATUS_200 = 8;

    /** How fields are represented (RFC 7541, section 6). */
    public enum Style {
        WITHOUT_INDEXING,
        NEVER_INDEXED,
        WITH_INDEXING,
        /** Each field in another representation than the field before. */
        IN_TURN,
        /** Indexed if that is possible, otherwise in Huffman code, as engines do. */
        HUFFMAN
    }

    private HeaderBlock() {}

    static byte[] of(Style style, List<Field> fields) {
        if (style == Style.HUFFMAN) {
            return huffman(fields);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.size(); i++) {
            Style one = style == Style.IN_TURN ? Style.values()[i % 3] : style;
            Field field = fields.get(i);
            if (style != Style.WITHOUT_INDEXING && field.equals(new Field(":status", "200"))) {
                out.write(0x80 | STATUS_200);
            } else {
                out.write(one == Style.WITHOUT_INDEXING ? 0 : one == Style.NEVER_INDEXED ? 0x10 : 0x40);
                string(out, field.name());
                string(out, field.value());
            }
        }
        return out.toByteArray();
    }

    /** Changes the size of the dynamic table, at the beginning of a block (RFC 7541, section 6.3). */
    static byte[] sizeUpdate(int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        integer(out, 0x20, 5, size);
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = Bytes.of(text);
        integer(out, 0, 7, bytes.length);
        out.writeBytes(bytes);
    }

    private static void integer(ByteArrayOutputStream out, int first, int bits, int value) {
        int most = (1 << bits) - 1;
        if (value < most) {
            out.write(first | value);
            return;
        }
        out.write(first | most);
        int left = value - most;
        while (left >= 0x80) {
            out.write(left & 0x7F | 0x80);
            left >>= 7;
        }
        out.write(left);
    }

    private static byte[] huffman(List<Field> fields) {
        try {
            DefaultHttp2HeadersEncoder encoder =
                    new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, 0);
            encoder.maxHeaderTableSize(0);
            Http2Headers headers = new DefaultHttp2Headers(false);
            fields.forEach(field -> headers.add(
                    new io.netty.util.AsciiString(Bytes.of(field.name())),
                    new io.netty.util.AsciiString(Bytes.of(field.value()))));
            ByteBuf out = Unpooled.buffer();
            encoder.encodeHeaders(3, headers, out);
            byte[] block = new byte[out.readableBytes()];
            out.readBytes(block);
            return block;
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
