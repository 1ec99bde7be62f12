package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Tests that the watch over every row would hear a secret. */
class SecretWatchTest {

    @Test
    void coreAndEveryEngineAreHeard() {
        for (Carrier carrier : Carrier.values()) {
            try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
                row.completes(Reply.refusal(500, "provider_error"), Reply.whole());
            }
        }

        assertThat(SecretWatch.heard())
                .contains("top.neuralbox")
                .anyMatch(name -> name.startsWith("org.apache.hc."))
                .anyMatch(name -> name.startsWith("io.netty.") || name.startsWith("io.vertx."));
    }

    @Test
    void secretsAreRecognisedInAnyCase() {
        assertThat(SecretWatch.isSecret("Bearer " + FaultRow.KEY)).isTrue();
        assertThat(SecretWatch.isSecret(FaultRow.KEY.toUpperCase(java.util.Locale.ROOT)))
                .isTrue();
        assertThat(SecretWatch.isSecret("user:" + SecretWatch.PROXY_PASSWORD)).isTrue();
        assertThat(SecretWatch.isSecret("Proxy-Authorization: Basic dXNlcjpjYW5hcnktcGFzc3dvcmQ="))
                .isTrue();
        assertThat(SecretWatch.isSecret("the service refused the request")).isFalse();
        assertThat(Logger.getLogger("").isLoggable(java.util.logging.Level.FINEST))
                .isTrue();
    }
}
