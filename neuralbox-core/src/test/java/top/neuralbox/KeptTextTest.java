package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptTextTest {

    private static final int PIECE = 16;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, KeptText.SEGMENT - 1, KeptText.SEGMENT, KeptText.SEGMENT + 1, 5 * KeptText.SEGMENT})
    void keepsTheTextUpToTheLimitHoweverItIsCut(int limit) {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            KeptText text = new KeptText(limit);
            StringBuilder all = new StringBuilder();
            while (all.length() < 3 * KeptText.SEGMENT) {
                String piece = piece(random);
                all.append(piece);
                text.append(piece);
            }
            assertThat(text).as("seed %d", seed).hasToString(all.substring(0, Math.min(limit, all.length())));
            assertThat(text.truncated()).as("seed %d", seed).isEqualTo(all.length() > limit);
        }
    }

    @Test
    void keepsAllOnceTheLimitIsLifted() {
        KeptText text = new KeptText(1);
        text.append("a");
        text.unbounded();
        String rest = "b".repeat(2 * KeptText.SEGMENT);
        text.append(rest);
        assertThat(text).hasToString("a" + rest);
        assertThat(text.truncated()).isFalse();
    }

    @Test
    void longTextIsNotCopiedAsItGrows() {
        int length = 512 * 1024;
        String piece = "x".repeat(PIECE);
        assertThat(bytesToKeep(piece, length)).isLessThan(length + length / 4);
    }

    @Test
    void shortTextHoldsLittle() {
        assertThat(bytesToKeep("x".repeat(PIECE), 2 * PIECE)).isLessThan(320);
    }

    /** Of some tries, the least: a thread of the JVM may allocate meanwhile. */
    private static long bytesToKeep(String piece, int length) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = AllocatedBytes.soFar();
            KeptText text = new KeptText(length);
            for (int kept = 0; kept < length; kept += piece.length()) {
                text.append(piece);
            }
            least = Math.min(least, AllocatedBytes.soFar() - before);
            assertThat(text.truncated()).isFalse();
        }
        return least;
    }

    private static String piece(Random random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(2 * KeptText.SEGMENT) : random.nextInt(PIECE);
        return (random.nextBoolean() ? "x" : "\u044F").repeat(length);
    }
}
