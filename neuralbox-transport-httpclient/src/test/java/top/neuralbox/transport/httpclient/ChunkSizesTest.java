package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a negative size is found, however the bytes are cut. */
class ChunkSizesTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                HEAD,
                HEAD + "5\r\nhello\r\n",
                HEAD + "0000000000000000005;a=b\r\n-5\r\n-\r\n",
                HEAD + "+5\r\nhello\r\n \t",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + HEAD,
                "HTTP/1.1 200 OK\r\ntransfer-encoding:\tgzip, Chunked \t\r\nDate: today\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n"
            })
    void negativeSizeIsFoundHoweverTheBytesAreCut(String before) {
        byte[] bytes = (before + "-5\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int cut = 0; cut <= bytes.length; cut++) {
            ChunkSizes sizes = new ChunkSizes();
            sizes.begin();
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int found = sizes.negativeIn(buffer, 0, cut);
            if (found == ChunkSizes.NONE) {
                found = sizes.negativeIn(buffer, cut, bytes.length);
            }
            assertThat(found).as("cut at %d", cut).isEqualTo(before.length());
        }
    }

    /** A hyphen in content, in a trailer section, or in a body without chunks is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                HEAD + "5\r\n-5\r\n-\r\n0\r\n-5: trailer\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, other\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\nX-Transfer-Encoding: chunked\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\n\r\n-5\r\n"
            })
    void otherHyphenIsNoSize(String bytes) {
        ChunkSizes sizes = new ChunkSizes();
        sizes.begin();

        assertThat(sizes.negativeIn(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.US_ASCII)), 0, bytes.length()))
                .isEqualTo(ChunkSizes.NONE);
    }

    @Test
    void nothingIsFoundBeforeARequest() {
        assertThat(new ChunkSizes().negativeIn(ByteBuffer.wrap("-5\r\n".getBytes(StandardCharsets.US_ASCII)), 0, 4))
                .isEqualTo(ChunkSizes.NONE);
    }
}
