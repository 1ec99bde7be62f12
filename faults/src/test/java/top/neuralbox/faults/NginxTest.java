package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.testkit.Gate;

/** Tests of calls through nginx, which buffers responses unless it is told not to, and replaces its processes at a reload. */
@Tag("containers")
@EnabledIf("top.neuralbox.faults.Docker#answers")
@ParameterizedClass
@EnumSource
class NginxTest extends GatewayRows {

    private static final int BAD_GATEWAY = 502;

    NginxTest() {
        super(Gateway.NGINX, BAD_GATEWAY);
    }

    @Test
    void nothingIsLostInItsBuffers() {
        assertNothingIsLost("buffering");
    }

    /** The old process closes the connection behind the stream, so that a next request could run into it: see row 43. */
    @Test
    void reloadLetsTheStreamFinish() {
        try (GatewayServer server = new GatewayServer(gateway, "streaming");
                FaultRow row = row(server).withoutNextCall()) {
            Gate reloaded = new Gate();
            var events = row.start(Reply.stream(sse(START, DELTA))
                    .await(reloaded)
                    .data(sse(END, DONE))
                    .end());
            events.awaitItems(2);

            int before = count("gracefully shutting down");
            gateway.run("nginx", "-c", "/tmp/nginx.conf", "-s", "reload");
            FaultClock.await("the old process to take nothing more", () -> count("gracefully shutting down") > before);
            reloaded.open();

            assertThat(events.awaitCompletion()).hasSize(3);
        }
    }

    private int count(String line) {
        return gateway.log().split(line, -1).length;
    }
}
