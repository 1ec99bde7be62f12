package top.neuralbox.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import top.neuralbox.AllocatedBytes;

class JsonBuffersTest {

    @Test
    void newThreadTakesTheBuffersThatAnotherGaveBack() throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            FutureTask<Long> writing = new FutureTask<>(JsonBuffersTest::bytesToWrite);
            new Thread(writing, "writer").start();
            least = Math.min(least, writing.get());
        }
        assertThat(least).isLessThan(4 * 1024L);
    }

    private static long bytesToWrite() {
        long before = AllocatedBytes.soFar();
        new JsonObjectWriter().field("model", "gpt-5").close();
        return AllocatedBytes.soFar() - before;
    }
}
