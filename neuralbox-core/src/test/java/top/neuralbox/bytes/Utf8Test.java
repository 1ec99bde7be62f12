package top.neuralbox.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Property(tries = 20_000)
    void wellFormedIsWhatAStrictDecoderTakes(@ForAll("nearlyUtf8") byte[] bytes) {
        assertThat(Utf8.isWellFormed(bytes, 0, bytes.length)).isEqualTo(isDecodable(bytes));
    }

    @Property(tries = 20_000)
    void textIsWhatTheTableOfWellFormedSequencesGives(@ForAll("nearlyUtf8") byte[] bytes) {
        assertThat(Utf8.text(bytes, 0, bytes.length)).isEqualTo(NaiveUtf8.decode(bytes));
    }

    @Test
    void aRangeOfAnArrayIsReadByItself() {
        byte[] bytes = "\u20AC\u20AC\u20AC".getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.text(bytes, 1, 8)).isEqualTo("\uFFFD\uFFFD\u20AC\uFFFD");
    }

    @Property(tries = 2_000)
    void whatIsRepairedIsWellFormedAndTheSameText(@ForAll("nearlyUtf8") byte[] bytes) {
        byte[] repaired = Utf8.repair(bytes, 0, bytes.length);

        assertThat(Utf8.isWellFormed(repaired, 0, repaired.length)).isTrue();
        assertThat(Utf8.text(bytes, 0, bytes.length)).isEqualTo(new String(repaired, StandardCharsets.UTF_8));
    }

    @Test
    void everyCharacterIsWellFormed() {
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            if (!Character.isBmpCodePoint(character) || !Character.isSurrogate((char) character)) {
                byte[] bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8);
                assertThat(Utf8.isWellFormed(bytes, 0, bytes.length)).isTrue();
            }
        }
    }

    @Test
    void noByteBehindTheEndIsLookedAt() {
        byte[] bytes = "語".getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.isWellFormed(bytes, 0, 2)).isFalse();
    }

    /** Bytes near the edges of what may follow a lead byte. */
    @Provide
    Arbitrary<byte[]> nearlyUtf8() {
        Arbitrary<Byte> edges = Arbitraries.of(
                        0x00, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
                        0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF)
                .map(Integer::byteValue);
        return Arbitraries.oneOf(
                edges.array(byte[].class).ofMaxSize(20),
                Arbitraries.strings().ofMaxLength(12).map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isDecodable(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
