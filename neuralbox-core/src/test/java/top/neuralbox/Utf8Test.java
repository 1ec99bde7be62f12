package top.neuralbox;

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
    void textIsWhatTheDecoderOfTheEncodingStandardGives(@ForAll("nearlyUtf8") byte[] bytes) {
        assertThat(Utf8.text(bytes, 0, bytes.length)).isEqualTo(byTheStandard(bytes));
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

    /** The UTF-8 decoder of the Encoding standard, section 8.1.1, step by step. */
    private static String byTheStandard(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int codePoint = 0;
        int seen = 0;
        int needed = 0;
        int lower = 0x80;
        int upper = 0xBF;
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i] & 0xFF;
            if (needed == 0) {
                if (b <= 0x7F) {
                    text.append((char) b);
                } else if (b >= 0xC2 && b <= 0xDF) {
                    needed = 1;
                    codePoint = b & 0x1F;
                } else if (b >= 0xE0 && b <= 0xEF) {
                    lower = b == 0xE0 ? 0xA0 : lower;
                    upper = b == 0xED ? 0x9F : upper;
                    needed = 2;
                    codePoint = b & 0x0F;
                } else if (b >= 0xF0 && b <= 0xF4) {
                    lower = b == 0xF0 ? 0x90 : lower;
                    upper = b == 0xF4 ? 0x8F : upper;
                    needed = 3;
                    codePoint = b & 0x07;
                } else {
                    text.append('\uFFFD');
                }
                continue;
            }
            boolean inRange = b >= lower && b <= upper;
            lower = 0x80;
            upper = 0xBF;
            if (!inRange) {
                needed = 0;
                seen = 0;
                text.append('\uFFFD');
                i--;
                continue;
            }
            codePoint = codePoint << 6 | b & 0x3F;
            if (++seen == needed) {
                text.appendCodePoint(codePoint);
                needed = 0;
                seen = 0;
            }
        }
        return needed == 0 ? text.toString() : text.append('\uFFFD').toString();
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
