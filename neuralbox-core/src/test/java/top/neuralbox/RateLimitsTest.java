package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.transport.TransportResponse;

class RateLimitsTest {

    private static final Map<String, List<String>> ALL = Map.of(
            "x-ratelimit-limit-hour", List.of("100"),
            "X-RateLimit-Remaining-Hour", List.of(" 99 "),
            "X-RATELIMIT-LIMIT-DAY", List.of("1000"),
            "X-RateLimit-Remaining-Day", List.of("0"),
            "X-RateLimit-Reset-Hour", List.of("1771934400"));

    @Test
    void everyHeaderIsReadWhateverItsCase() {
        RateLimits limits = of(ALL);

        assertThat(limits.hourlyLimit()).isEqualTo(100);
        assertThat(limits.hourlyRemaining()).isEqualTo(99);
        assertThat(limits.dailyLimit()).isEqualTo(1000);
        assertThat(limits.dailyRemaining()).isZero();
        assertThat(limits.hourlyReset()).isEqualTo(Instant.ofEpochSecond(1771934400));
    }

    @Test
    void whatIsNotToldIsUnknown() {
        assertThat(of(Map.of())).isSameAs(RateLimits.unknown());
        assertThat(of(Map.of("X-RateLimit-Limit-Day", List.of("5"))).hourlyLimit())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unlimited", "-1", "1.5", "0x10", "99999999999999999999", "1,000"})
    void garbageIsUnknown(String value) {
        assertThat(of(Map.of("X-RateLimit-Limit-Hour", List.of(value), "X-RateLimit-Reset-Hour", List.of(value))))
                .isEqualTo(RateLimits.unknown());
    }

    @Test
    void aTimeBeyondAllTimeIsUnknown() {
        assertThat(of(Map.of("X-RateLimit-Reset-Hour", List.of("9223372036854775807"))))
                .isEqualTo(RateLimits.unknown());
    }

    @Test
    void equalFiguresAreEqual() {
        assertThat(of(ALL)).isEqualTo(of(ALL)).hasSameHashCodeAs(of(ALL)).isNotEqualTo(RateLimits.unknown());
    }

    @Test
    void theTextHoldsTheFigures() {
        assertThat(of(ALL)).hasToString("RateLimits[hour=99 of 100, day=0 of 1000, hourlyReset=2026-02-24T12:00:00Z]");
        assertThat(RateLimits.unknown())
                .hasToString("RateLimits[hour=unknown of unknown, day=unknown of unknown, hourlyReset=unknown]");
    }

    private static RateLimits of(Map<String, List<String>> headers) {
        Flow.Publisher<ByteBuffer> empty = subscriber -> {};
        return RateLimits.of(TransportResponse.of(200, headers, empty, () -> {}));
    }
}
