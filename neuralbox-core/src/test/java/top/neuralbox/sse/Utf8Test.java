package top.neuralbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Property(tries = 20_000)
    void anyBytesDecodeAsTheTableOfWellFormedSequencesSays(@ForAll("hostileBytes") byte[] bytes) {
        assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(NaiveUtf8.decode(bytes));
    }

    @Test
    void aRangeOfAnArrayIsDecodedByItself() {
        byte[] bytes = "\u20AC\u20AC\u20AC".getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.decode(bytes, 1, 7)).isEqualTo("\uFFFD\uFFFD\u20AC\uFFFD");
    }

    /** Bytes at the borders of the table's ranges, so that nearly every pair of them is a case of its own. */
    @Provide
    Arbitrary<byte[]> hostileBytes() {
        List<Integer> borders = List.of(
                0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
                0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFE, 0xFF);
        return Arbitraries.of(borders)
                .map(Integer::byteValue)
                .array(byte[].class)
                .ofMinSize(0)
                .ofMaxSize(12);
    }
}
