package top.neuralbox.transport.vertx;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class JoinedChunksTest {

    private final JoinedChunks joined = new JoinedChunks();

    @Test
    void nothingAddedIsNothingTaken() {
        assertThat(joined.take()).isNull();
    }

    @Test
    void chunksComeOutAsOneInTheirOrder() {
        joined.add(chunk("data: 1\n\n"));
        joined.add(chunk("data: 2\n\n"));

        assertThat(text(joined.take())).isEqualTo("data: 1\n\ndata: 2\n\n");
        assertThat(joined.take()).isNull();
    }

    @Test
    void whatWasTakenIsNotTouchedAgain() {
        joined.add(chunk("first"));
        ByteBuffer taken = joined.take();

        joined.add(chunk("other"));

        assertThat(text(taken)).isEqualTo("first");
    }

    @Test
    void itGrowsToItsBoundAndNoFurther() {
        StringBuilder whole = new StringBuilder();
        ByteBuf chunk = chunk("0123456789abcdef".repeat(4));
        while (joined.hasRoomFor(chunk)) {
            joined.add(chunk);
            whole.append(chunk.toString(US_ASCII));
        }

        assertThat(whole).hasSize(JoinedChunks.MOST_BYTES);
        assertThat(joined.hasRoomFor(chunk(""))).isTrue();
        assertThat(joined.hasRoomFor(chunk("x"))).isFalse();
        assertThat(text(joined.take())).isEqualTo(whole.toString());
    }

    @Test
    void onlyChunksThatAreCheaperToCopyThanToDeliverAreShort() {
        assertThat(JoinedChunks.isShort(chunk("x".repeat(JoinedChunks.LONGEST_CHUNK))))
                .isTrue();
        assertThat(JoinedChunks.isShort(chunk("x".repeat(JoinedChunks.LONGEST_CHUNK + 1))))
                .isFalse();
    }

    private static ByteBuf chunk(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private static String text(ByteBuffer buffer) {
        return US_ASCII.decode(buffer).toString();
    }
}
