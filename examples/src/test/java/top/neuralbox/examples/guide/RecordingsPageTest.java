package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Guide.class)
class RecordingsPageTest {

    @Test
    void recordedStreamIsPlayedAgain(Guide guide) throws IOException {
        RecordAndPlay.main(new String[0]);

        assertThat(guide.printed()).startsWith("Here is a short story");
        String[] texts = guide.printed().split("(?=Here is a short story)");
        assertThat(texts).hasSize(2);
        assertThat(texts[1]).isEqualTo(texts[0]);
        assertThat(guide.service().requestCount()).isEqualTo(1);
    }
}
