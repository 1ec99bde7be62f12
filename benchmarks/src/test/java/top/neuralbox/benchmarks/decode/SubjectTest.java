package top.neuralbox.benchmarks.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/** What is compared must do the same work; how fast it does it is not for a test to say. */
class SubjectTest {

    private static final int DELTAS = 300;

    @ParameterizedTest
    @MethodSource("combinations")
    void yieldsTheTextOfEveryDelta(Subject subject, Mix mix, int chunkBytes) throws Exception {
        SampleStream sample = subject.sample(mix, DELTAS);
        Decoding decoding = subject.prepare(sample, chunkBytes);
        List<String> deltas = new ArrayList<>();

        for (int time = 0; time < 2; time++) {
            deltas.clear();
            decoding.run(deltas::add);

            if (subject.decodes()) {
                assertThat(String.join("", deltas)).isEqualTo(sample.text());
                assertThat(deltas.stream().filter(text -> !text.isEmpty())).hasSize(DELTAS);
            }
        }
    }

    static Stream<Arguments> combinations() {
        return Stream.of(Subject.values())
                .flatMap(subject -> Stream.of(Mix.values())
                        .flatMap(mix ->
                                Stream.of(1, 64, 16 * 1024).map(chunkBytes -> Arguments.of(subject, mix, chunkBytes))));
    }
}
