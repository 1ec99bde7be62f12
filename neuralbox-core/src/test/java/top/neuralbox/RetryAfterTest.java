package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    /** The example of RFC 9110, section 5.6.7. */
    private static final Instant EXAMPLE = Instant.parse("1994-11-06T08:49:37Z");

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "120, PT2M",
        "' 7 ', PT7S",
        "007, PT7S",
        "86400, PT24H",
        "86401, PT24H",
        "+1, PT1S",
        "-1, PT0S",
        "-0.0, PT0S",
        "1.5, PT1.5S",
        ".5, PT0.5S",
        "5., PT5S",
        "1e3, PT16M40S",
        "1.25E+1, PT12.5S",
        "0.0000000000012e12, PT1.2S",
        "2500e-3, PT2.5S",
        "1e-9, PT0.000000001S",
        "1e-400, PT0S",
        "0e400, PT0S",
        "-1e400, PT0S",
        "-Infinity, PT0S",
    })
    void secondsAreSeconds(String header, Duration wait) {
        assertThat(RetryAfter.of(header, null, NOW)).isEqualTo(wait);
    }

    @ParameterizedTest
    @MethodSource("beyondAllClocks")
    void numberThatNoClockCanHoldIsADay(String header) {
        assertThat(RetryAfter.of(header, null, NOW)).isEqualTo(Duration.ofDays(1));
    }

    static Stream<String> beyondAllClocks() {
        return Stream.of(
                "1e400",
                "1E+400",
                "1e99999999999999999999",
                "9".repeat(5_000),
                "1" + "0".repeat(30),
                "9".repeat(5_000) + ".5",
                "9".repeat(5_000) + "e-4000",
                "0.1e10",
                "NaN",
                "nan",
                "Infinity",
                "+inf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                " Sun, 06 Nov 1994 08:49:37 GMT "
            })
    void aDateMayHaveAnyOfTheThreeForms(String header) {
        assertThat(RetryAfter.of(header, null, EXAMPLE.minusSeconds(90))).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void aDayOfTwoDigitsIsReadInTheFormOfAsctime() {
        assertThat(RetryAfter.of("Wed Nov 16 08:49:37 1994", null, Instant.parse("1994-11-16T08:49:30Z")))
                .isEqualTo(Duration.ofSeconds(7));
    }

    /** As {@link java.time.format.DateTimeFormatter#RFC_1123_DATE_TIME} writes it, which many servers use. */
    @Test
    void aDayOfOneDigitIsReadToo() {
        assertThat(RetryAfter.of("Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:07 GMT", NOW))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aDateCountsAgainstTheResponsesOwnDate() {
        assertThat(RetryAfter.of("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", NOW))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aDateCountsAgainstTheClockIfTheResponsesDateIsUnreadable() {
        assertThat(RetryAfter.of("Sun, 06 Nov 1994 08:49:37 GMT", "yesterday", EXAMPLE.minusSeconds(5)))
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aYearOfTwoDigitsThatSeemsFarAheadLiesInThePast() {
        Instant in1990 = Instant.parse("1990-01-01T00:00:00Z");
        String newYear2040 = "Sunday, 01-Jan-40 00:00:10 GMT";

        assertThat(RetryAfter.of(newYear2040, null, in1990)).isEqualTo(Duration.ofDays(1));
        assertThat(RetryAfter.of("Monday, 01-Jan-41 00:00:10 GMT", null, in1990))
                .isNull();
        assertThat(RetryAfter.of("Wednesday, 01-Jan-41 00:00:10 GMT", null, in1990))
                .isEqualTo(Duration.ZERO);
    }

    @Test
    void thePastIsNow() {
        assertThat(RetryAfter.of("Sun, 06 Nov 1994 08:49:37 GMT", null, NOW)).isEqualTo(Duration.ZERO);
    }

    @Test
    void aFarFutureIsADay() {
        assertThat(RetryAfter.of("Fri, 31 Dec 9999 23:59:59 GMT", null, NOW)).isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                ".",
                "e5",
                "1e",
                "1e1.5",
                "0x10",
                "1 2",
                "٣",
                "soon",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 CET",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994",
                ",",
                "Son, 06 Nov 1994 08:49:37 GMT"
            })
    void garbageSaysNothing(String header) {
        assertThat(RetryAfter.of(header, null, NOW)).isNull();
    }

    @Test
    void noHeaderSaysNothing() {
        assertThat(RetryAfter.of(null, "Sun, 06 Nov 1994 08:49:37 GMT", NOW)).isNull();
    }

    @Test
    void fractionsOfASecondCount() {
        assertThat(RetryAfter.ofSeconds(new BigDecimal("0.0015"))).isEqualTo(Duration.ofNanos(1_500_000));
        assertThat(RetryAfter.ofSeconds(new BigDecimal("1e-60"))).isEqualTo(Duration.ZERO);
        assertThat(RetryAfter.ofSeconds(new BigDecimal("-3"))).isEqualTo(Duration.ZERO);
        assertThat(RetryAfter.ofSeconds(new BigDecimal("1e60"))).isEqualTo(Duration.ofDays(1));
    }

    @Property
    void whateverTheHeaderSaysTheWaitLiesBetweenNowAndADayAhead(
            @ForAll("headers") String header, @ForAll("headers") String date) {
        Duration wait = RetryAfter.of(header, date, NOW);

        assertThat(wait == null || !wait.isNegative() && wait.compareTo(Duration.ofDays(1)) <= 0)
                .isTrue();
    }

    @Property
    void everyDateThatIsWrittenIsRead(@ForAll @LongRange(min = 0, max = 4_000_000_000L) long epochSecond) {
        Instant when = Instant.ofEpochSecond(epochSecond);
        String header = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                .format(when.atOffset(ZoneOffset.UTC));

        assertThat(RetryAfter.of(header, null, when.minusSeconds(60))).isEqualTo(Duration.ofSeconds(60));
    }

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("SunMotdayNv, -:0123456789GT+").ofMaxLength(32),
                Arbitraries.strings().ofMaxLength(12),
                Arbitraries.strings().numeric().ofMaxLength(30),
                Arbitraries.of("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +999999999 08:49:37 GMT"));
    }
}
