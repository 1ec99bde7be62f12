package top.neuralbox.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
        try (Trials trials = new Trials(subject, Wire.CLEAR, server.port())) {
            for (int chunkBytes : new int[] {16 * 1024, 1_400, 0}) {
                assertThat(trials.warm(chunkBytes, DELTAS, 1, 0)).isPositive();
                assertThat(trials.flat(chunkBytes, DELTAS, 2, 0).deltas()).isEqualTo(2 * DELTAS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Wire.class,
            names = {"TLS", "HTTP2"})
    void readsEveryDeltaOverTls(Wire wire) throws Exception {
        try (SecureServer secure = SecureServer.start()) {
            for (Subject subject : Subject.values()) {
                if (subject.speaks(wire)) {
                    try (Trials trials = new Trials(subject, wire, secure.port())) {
                        assertThat(trials.warm(0, DELTAS, 2, 0))
                                .as("%s over %s", subject, wire)
                                .isPositive();
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

            assertThat(flood.deltas()).isEqualTo(20 * DELTAS);
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
