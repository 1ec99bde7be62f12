package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.faults.servers.Cuts;
import top.neuralbox.faults.servers.Http1Answer;
import top.neuralbox.faults.servers.Http2Answer;
import top.neuralbox.faults.servers.HttpAnswer;
import top.neuralbox.faults.servers.ServerPlan;

/**
 * Tests with a TLS 1.3 server that changes its keys, asks for the same, and continues in the same write (RFC 8446, section
 * 4.6.3).
 */
class NewKeysTest {

    @ParameterizedTest
    @EnumSource
    void whatFollowsNewKeysIsReadWithoutMore(Carrier carrier) throws InterruptedException {
        HttpAnswer answer =
                carrier.isHttp2() ? Http2Answer.plain(0, Cuts.NEW_KEYS) : Http1Answer.plain(0, Cuts.NEW_KEYS);
        try (Trial trial = new Trial(carrier, ServerPlan.plain(List.of(answer, answer)))) {
            for (int caller = 0; caller < 2; caller++) {
                Trial.Call call = trial.start(caller);

                call.awaitCompletion();

                assertThat(call.text()).isEqualTo(call.exchange().story().text());
            }
        }
    }
}
