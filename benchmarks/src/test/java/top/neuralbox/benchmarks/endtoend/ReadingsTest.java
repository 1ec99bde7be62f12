package top.neuralbox.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that reads something else than the server sent has failed. */
class ReadingsTest {

    @ParameterizedTest
    @CsvSource({"Hello| world, 0", "Hello|_world, 1", "Hello, 1", "Hello| world|!, 1", "'', 1"})
    void comparesTheWholeText(String pieces, int failures) throws Exception {
        Readings readings = new Readings(1);
        StreamReader reader = readings.comparing("Hello world");

        List.of(pieces.split("[|]", -1)).forEach(reader::delta);
        reader.ended(null);
        readings.awaitEnd();

        assertThat(readings.failures()).isEqualTo(failures);
    }

    @ParameterizedTest
    @CsvSource({"0|7|8|9, 0", "0|7|9|8, 1", "0|7|8|8, 1", "0|7|9, 1", "0|7|8|9|10, 1"})
    void requiresEachEventOfAStreamOnceAndInOrder(String times, int failures) throws Exception {
        Readings readings = new Readings(1);
        StreamReader reader = readings.timing(3);

        List.of(times.split("[|]", -1)).forEach(reader::delta);
        reader.ended(null);
        readings.awaitEnd();

        assertThat(readings.failures()).isEqualTo(failures);
    }
}
