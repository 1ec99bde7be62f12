package top.neuralbox.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every gateway passes all of every stream on; what that costs is not for a test to say. */
class GatewayTest {

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
    @EnumSource(Gateway.class)
    void passesTheSameTextOnHoweverTheStreamIsCut(Gateway kind) throws Exception {
        assumeTrue(kind.isHere(), "nginx is not on the path");
        try (RunningGateway gateway = kind.start(server.port());
                Trials trials = Trials.through(gateway.port(), gateway.meter(), server.port())) {
            for (int chunkBytes : new int[] {16 * 1024, 1_400, 0}) {
                assertThat(trials.warm(chunkBytes, DELTAS, 1, 0)).isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Gateway.class)
    void passesEachEventOnWhenItComes(Gateway kind) throws Exception {
        assumeTrue(kind.isHere(), "nginx is not on the path");
        try (RunningGateway gateway = kind.start(server.port());
                Trials trials = Trials.through(gateway.port(), gateway.meter(), server.port())) {
            Trials.Many many = trials.many(40, 2_000, 10);

            assertThat(many.failures()).isZero();
            assertThat(many.deltas()).isEqualTo(40 * 10);
        }
    }
}
