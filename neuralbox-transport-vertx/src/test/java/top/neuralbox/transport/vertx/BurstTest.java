package top.neuralbox.transport.vertx;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BurstTest {

    private final Burst burst = new Burst();

    @Test
    void nothingAddedIsNothingTaken() {
        assertThat(burst.take()).isNull();
    }

    @Test
    void chunksComeOutAsOneInTheirOrder() {
        burst.add(chunk("data: 1\n\n"));
        burst.add(chunk("data: 2\n\n"));

        assertThat(text(burst.take())).isEqualTo("data: 1\n\ndata: 2\n\n");
        assertThat(burst.take()).isNull();
    }

    @Test
    void whatWasTakenIsNotTouchedAgain() {
        burst.add(chunk("first"));
        ByteBuffer taken = burst.take();

        burst.add(chunk("other"));

        assertThat(text(taken)).isEqualTo("first");
    }

    @Test
    void itGrowsToItsBoundAndNoFurther() {
        StringBuilder whole = new StringBuilder();
        ByteBuf chunk = chunk("0123456789abcdef".repeat(4));
        while (burst.hasRoomFor(chunk)) {
            burst.add(chunk);
            whole.append(chunk.toString(US_ASCII));
        }

        assertThat(whole).hasSize(Burst.MOST_BYTES);
        assertThat(burst.hasRoomFor(chunk(""))).isTrue();
        assertThat(burst.hasRoomFor(chunk("x"))).isFalse();
        assertThat(text(burst.take())).isEqualTo(whole.toString());
    }

    private static ByteBuf chunk(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private static String text(ByteBuffer buffer) {
        return US_ASCII.decode(buffer).toString();
    }
}
