package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorDecoderTest {

    private static final String WHOLE = "{\"error\": \"rate_limit_exceeded\", \"message\": \"Too many\", "
            + "\"details\": {\"field\": [\"a}\"]}, \"retry_after\": 30, \"plan\": \"vip\", \"limit_hour\": 100}";

    @Test
    void theServicesOwnErrorIsReadWhole() {
        assertThat(decode(WHOLE))
                .isEqualTo(new ServiceError(
                        "rate_limit_exceeded", "Too many", "{\"field\": [\"a}\"]}", Duration.ofSeconds(30), WHOLE));
    }

    @Test
    void ofEqualKeysTheLastWins() {
        assertThat(decode("{\"error\":\"a\",\"error\":\"b\",\"details\":{},\"details\":[]}"))
                .extracting(ServiceError::code, ServiceError::detailsJson)
                .containsExactly("b", "[]");
        assertThat(decode("{\"error\":{\"code\":\"a\"},\"error\":\"b\"}").code())
                .isEqualTo("b");
    }

    @Test
    void theErrorOfAGatewayMayBeAnObject() {
        assertThat(decode("{\"error\":{\"code\":\"overloaded\",\"message\":\"m\",\"details\":{},\"retry_after\":2}}"))
                .extracting(
                        ServiceError::code, ServiceError::message, ServiceError::detailsJson, ServiceError::retryAfter)
                .containsExactly("overloaded", "m", "{}", Duration.ofSeconds(2));
        assertThat(decode("{\"error\":{\"code\":429}}").code()).isEqualTo("429");
    }

    @Test
    void errorsNestedWithoutEndDoNotExhaustTheStack() {
        String nested = "{\"error\":".repeat(100_000) + "1" + "}".repeat(100_000);

        assertThat(decode(nested))
                .extracting(ServiceError::code, ServiceError::message)
                .containsOnlyNulls();
    }

    @Test
    void codeStandsForAMissingErrorOnly() {
        assertThat(decode("{\"code\":\"c\"}").code()).isEqualTo("c");
        assertThat(decode("{\"code\":\"c\",\"error\":\"e\"}").code()).isEqualTo("e");
    }

    @ParameterizedTest
    @CsvSource(
            value = {"30|PT30S", "\"30\"|PT30S", "0.25|PT0.25S", "-1|PT0S", "1e9|PT24H", "86401|PT24H", "0|PT0S"},
            delimiter = '|',
            quoteCharacter = '`')
    void retryAfterIsANumberOfSecondsWithinADay(String written, Duration wait) {
        assertThat(decode("{\"retry_after\":" + written + "}").retryAfter()).isEqualTo(wait);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "\"soon\"", "\"\"", "[30]", "{}"})
    void aRetryAfterOfAnotherKindIsAbsent(String written) {
        assertThat(decode("{\"retry_after\":" + written + "}").retryAfter()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999999",
                "1e400",
                "\"1e400\"",
                "\"NaN\"",
                "\"Infinity\"",
                "1000000000000000000000000000000",
                "NINES",
                "\"NINES\""
            })
    void retryAfterThatNoClockCanHoldIsADayWhereverItStands(String written) {
        String number = written.replace("NINES", "9".repeat(5_000));

        for (String body : new String[] {
            "{\"retry_after\":" + number + "}",
            "{\"error\":{\"retry_after\":" + number + "}}",
            "{\"error\":\"e\",\"details\":{\"x\":{},\"retry_after\":" + number + ",\"y\":1}}",
            "{\"error\":{\"details\":{\"retry_after\":" + number + "}}}"
        }) {
            assertThat(decode(body).retryAfter()).as(body).isEqualTo(Duration.ofDays(1));
        }
    }

    @Test
    void waitAmongTheDetailsCountsIfThereIsNoOther() {
        assertThat(decode("{\"details\":{\"retry_after\":7},\"retry_after\":3}").retryAfter())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(decode("{\"details\":[7]}").retryAfter()).isNull();
    }

    @Test
    void keyThatTheEndOfTheExcerptWouldCutIsTakenOutFirst() {
        byte[] body = utf8("<p>" + "x".repeat(2_030) + "nb_secret_key_of_some_length</p>");
        Redaction redaction = text -> text == null ? null : text.replace("nb_secret_key_of_some_length", "[gone]");

        assertThat(ErrorDecoder.decode(body, 0, body.length, redaction).message())
                .doesNotContain("nb_")
                .contains("[gone]");
    }

    @Test
    void fieldsOfAnotherKindAreAbsent() {
        String body = "{\"error\":null,\"message\":{\"a\":1},\"details\":\"text\"}";

        assertThat(decode(body)).isEqualTo(new ServiceError(null, null, null, null, body));
    }

    @Test
    void whatWasReadBeforeACutStands() {
        ServiceError error = decode("{\"error\":\"provider_error\",\"message\":\"failed\",\"details\":{\"a\":");

        assertThat(error).isEqualTo(new ServiceError("provider_error", "failed", null, null, ""));
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertThat(decode("\uFEFF" + WHOLE)).isEqualTo(decode(WHOLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>\n<b>504</b>", "[1]", "null", "\"text\"", "{\"error\"", "{}{}"})
    void ofWhatIsNoJsonObjectTheBeginningIsTheMessage(String body) {
        assertThat(decode(body)).isEqualTo(new ServiceError(null, body.replace("\n", "\\n"), null, null, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\r\n\t"})
    void anEmptyBodySaysNothing(String body) {
        assertThat(decode(body)).isEqualTo(new ServiceError(null, null, null, null, ""));
    }

    @Test
    void theExcerptIsOneLineThatSteersNoTerminal() {
        assertThat(decode("a\r\nb\u001B[31m\u007F\u0085\u2028\u202Ec\uFFFFü語😀").message())
                .isEqualTo("a\\r\\nb\\u001B[31m\\u007F\\u0085\\u2028\\u202Ec\\uFFFFü語😀");
    }

    @Test
    void theExcerptEndsAfterTwoKibibytesAndCutsNoCharacter() {
        assertThat(decode("x".repeat(2048)).message()).isEqualTo("x".repeat(2048));
        assertThat(decode("x".repeat(2049)).message()).isEqualTo("x".repeat(2048) + "…");
        assertThat(decode("x".repeat(2047) + "語").message()).isEqualTo("x".repeat(2047) + "…");
        assertThat(decode("x".repeat(2045) + "😀").message()).isEqualTo("x".repeat(2045) + "…");
    }

    @Test
    void onlyTheGivenPartOfTheArrayIsRead() {
        byte[] padded = utf8("xx{\"error\":\"e\"}yy");

        assertThat(ErrorDecoder.decode(padded, 2, padded.length - 4, text -> text)
                        .json())
                .isEqualTo("{\"error\":\"e\"}");
    }

    @Test
    void theMessageIsNoPartOfTheText() {
        assertThat(decode("{\"error\":\"e\",\"message\":\"secret\"}").toString())
                .doesNotContain("secret");
    }

    @Property(tries = 5_000)
    void anyBodyGivesAnError(@ForAll("bodies") byte[] body) {
        assertThat(ErrorDecoder.decode(body, 0, body.length, text -> text)).isNotNull();
    }

    @Property(tries = 2_000)
    void everyCutOfABodyKeepsWhatCameBefore(@ForAll("cuts") int cut) {
        ServiceError error = ErrorDecoder.decode(utf8(WHOLE), 0, cut, text -> text);

        assertThat(error.json()).isEmpty();
        assertThat(error.code()).isIn(null, "rate_limit_exceeded");
        assertThat(error.message() == null || error.message().equals("Too many") || WHOLE.startsWith(error.message()))
                .isTrue();
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        return HostileEvents.any()
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("\"type\"", "\"error\"")
                        .replace("delta", "message")
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    @Provide
    Arbitrary<Integer> cuts() {
        return Arbitraries.integers().between(0, WHOLE.length() - 1);
    }

    private static ServiceError decode(String body) {
        byte[] bytes = utf8(body);
        return ErrorDecoder.decode(bytes, 0, bytes.length, text -> text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
