package top.neuralbox.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SplitsTest {

    @Test
    void everyCutHoldsTheWholeInputInOrder() {
        byte[] input = "data: x\n\n".getBytes(StandardCharsets.UTF_8);

        assertThat(Splits.of(input)).hasSize(4 + 2 * 8).allSatisfy(cut -> {
            ByteBuffer joined = ByteBuffer.allocate(input.length);
            cut.directPieces().forEach(joined::put);
            assertThat(joined.array()).isEqualTo(input);
        });
    }

    @Test
    void aLongInputIsCutAtItsEndsAroundEachKibibyteAndAtSeededPositions() {
        assertThat(Splits.positions(70_020).toArray())
                .isSorted()
                .doesNotHaveDuplicates()
                .contains(1, 512, 1020, 1024, 1028, 69_632, 69_508, 70_019)
                .doesNotContain(0, 70_020)
                .hasSizeGreaterThan(1_900);
    }

    @Test
    void anEmptyInputHasNoPositionToCut() {
        assertThat(Splits.positions(0)).isEmpty();
    }
}
