package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CONNECT_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.POOL_TIMEOUT;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests that a transport works with every value that {@link TransportConfig} and {@link TransportRequest} accept.
 *
 * @since 0.1.0
 */
public interface TransportValuesContract extends TransportContract {

    /** Rule 9. */
    @Test
    default void anyNumberOfConnectionsMayBeAllowed() {
        for (int most : new int[] {1, 1_000_000, Integer.MAX_VALUE}) {
            TransportConfig config =
                    TransportConfig.builder().maxConnections(most).build();
            try (TransportFixture fixture = TransportFixture.start(this, config)) {
                assertThat(text(fixture.exchange(Script.response(200, "connected"))))
                        .isEqualTo("connected");
            }
        }
    }

    /** Rule 9. */
    @Test
    default void anyConnectTimeoutIsKept() {
        List<Duration> timeouts = List.of(
                Duration.ofNanos(1),
                Duration.ofMillis(1),
                Duration.ofMillis(Integer.MAX_VALUE),
                Duration.ofMillis(1L + Integer.MAX_VALUE),
                Duration.ofDays(10_000),
                Duration.ofMillis(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        try (TransportFixture fixture = TransportFixture.start(this)) {
            for (Duration timeout : timeouts) {
                fixture.server().answer(Script.response(200, "in time"));
                var response = fixture.transport()
                        .start(fixture.post().connectTimeout(timeout).build())
                        .response()
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                try {
                    assertThat(text(response.join())).isEqualTo("in time");
                } catch (CompletionException e) {
                    assertThat(timeout).isLessThan(Duration.ofSeconds(1));
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    TransportException.class,
                                    failure -> assertThat(failure.kind()).isIn(CONNECT_TIMEOUT, POOL_TIMEOUT));
                }
            }
        }
    }

    /** Rule 8. */
    @Test
    default void anyFieldValueAndContentArriveAsGiven() {
        String[] values = {"", "x", "a \t b", "\"\\,;=", "~!@#$%^&*()", "x".repeat(20_000)};
        int[] lengths = {0, 1, 65_535, 65_536, 3_000_000};
        try (TransportFixture fixture = TransportFixture.start(this)) {
            for (int i = 0; i < values.length; i++) {
                byte[] content = new byte[lengths[i % lengths.length]];
                fixture.server().answer(Script.response(200, "taken"));
                TransportRequest request = fixture.post()
                        .header("X-Value", values[i])
                        .body(content)
                        .build();

                assertThat(text(head(fixture.transport().start(request)))).isEqualTo("taken");
                ReceivedRequest received = fixture.server().awaitRequest();
                assertThat(received.header("X-Value")).isEqualTo(values[i]);
                assertThat(received.body()).hasSize(content.length);
            }
        }
    }
}
