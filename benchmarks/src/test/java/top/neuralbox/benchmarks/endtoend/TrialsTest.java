package top.neuralbox.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/** Every client reads all of every stream; how fast is not for a test to say. */
class TrialsTest {

    private static final int DELTAS = 500;

    private static StreamServer server;

    @BeforeAll
    static void start() throws IOException {
        server = StreamServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Subject.class)
    void readsEveryDeltaHoweverTheStreamIsCut(Subject subject) throws Exception {
        long chars = SampleStream.of(Mix.USUAL, DELTAS).chars();
        try (Trials trials = new Trials(subject, Wire.CLEAR, server.port())) {
            for (int chunkBytes : new int[] {16 * 1024, 1_400, 0}) {
                Trials.Flat flat = trials.flat(chunkBytes, DELTAS, 2);

                assertThat(flat.deltas()).isEqualTo(2 * DELTAS);
                assertThat(flat.chars()).isEqualTo(2 * chars);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Wire.class,
            names = {"TLS", "HTTP2"})
    void readsEveryDeltaOverTls(Wire wire) throws Exception {
        long chars = SampleStream.of(Mix.USUAL, DELTAS).chars();
        try (SecureServer secure = SecureServer.start()) {
            for (Subject subject : Subject.values()) {
                if (subject.speaks(wire)) {
                    try (Trials trials = new Trials(subject, wire, secure.port())) {
                        assertThat(trials.flat(0, DELTAS, 2).chars())
                                .as("%s over %s", subject, wire)
                                .isEqualTo(2 * chars);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Subject.class)
    void readsManyStreamsAtOnceAsFastAsTheyCome(Subject subject) throws Exception {
        try (Trials trials = new Trials(subject, Wire.CLEAR, server.port())) {
            Trials.Flat flood = trials.flood(0, DELTAS, 20);

            assertThat(flood.chars())
                    .isEqualTo(20 * SampleStream.of(Mix.USUAL, DELTAS).chars());
        }
    }

    @ParameterizedTest
    @EnumSource(Subject.class)
    void carriesManyStreamsAtOnce(Subject subject) throws Exception {
        try (Trials trials = new Trials(subject, Wire.CLEAR, server.port())) {
            Trials.Many many = trials.many(40, 2_000, 10);

            assertThat(many.failures()).isZero();
            assertThat(many.deltas()).isEqualTo(40 * 10);
        }
    }
}
