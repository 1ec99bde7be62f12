package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.EventDecoder.Signal;
import top.neuralbox.GenerationEvent.Delta;
import top.neuralbox.GenerationEvent.End;
import top.neuralbox.GenerationEvent.Start;
import top.neuralbox.GenerationEvent.Unknown;
import top.neuralbox.json.MalformedJsonException;

class EventDecoderTest {

    @Test
    void startHasItsIdItsModelAndItselfAsJson() {
        String json = "{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\", \"new\": [1]}";

        assertThat(event(json)).isEqualTo(new Start("gen_1", "gpt-5", json));
    }

    @Test
    void anIntegerIdIsGivenAsItsDigits() {
        assertThat(start("{\"type\":\"generation_start\",\"id\":9223372036854775806}")
                        .id())
                .isEqualTo("9223372036854775806");
    }

    @Test
    void anIdOfAnotherKindIsUnknown() {
        assertThat(start("{\"type\":\"generation_start\",\"id\":1.5}").id()).isNull();
        assertThat(start("{\"type\":\"generation_start\",\"id\":[\"g\"]}").id()).isNull();
    }

    @Test
    void modelSlugStandsForAMissingModelOnly() {
        assertThat(start("{\"type\":\"generation_start\",\"model_slug\":\"a\"}").model())
                .isEqualTo("a");
        assertThat(start("{\"type\":\"generation_start\",\"model_slug\":\"a\",\"model\":\"b\"}")
                        .model())
                .isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"content_delta\", \"delta\": \"@\"}",
                "{\"type\":\"content_delta\",\"delta\":\"@\"}",
                "{ \"delta\" : \"@\" , \"type\" : \"content_delta\" }",
                "{\"type\":\"content_delta\",\"delta\":\"old\",\"delta\":\"@\"}",
                "{\"type\":\"ping\",\"type\":\"content_delta\",\"delta\":\"@\"}",
                "{\"type\":\"content_delta\",\"delta\":null,\"delta\":\"@\"}",
                "{\"t\\u0079pe\":\"content\\u005fdelta\",\"delta\":\"@\"}",
                "{\"type\":\"content_delta\",\"delta\":\"@\",\"x\":{\"type\":\"y\",\"delta\":[]}}"
            })
    void deltaIsReadInEverySpelling(String json) {
        assertThat(event(json.replace("@", ""))).isEqualTo(new Delta(""));
        assertThat(event(json.replace("@", "Hi"))).isEqualTo(new Delta("Hi"));
        assertThat(event(json.replace("@", " exactly sixteen"))).isEqualTo(new Delta(" exactly sixteen"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`caf\\u00e9`, café",
                "`\\\"q\\\" \\\\ \\/`, `\"q\" \\ /`",
                "`\\u041f\\u0440\\u0438`, При",
                "`\\ud83d\\ude00`, 😀",
                "naïve 語 😀, naïve 語 😀",
                "`12345678\\u00E9`, 12345678é",
                "`1234567é`, 1234567é"
            })
    void escapesAndRawCharactersAreDecoded(String written, String text) {
        assertThat(event("{\"type\": \"content_delta\", \"delta\": \"" + written + "\"}"))
                .isEqualTo(new Delta(text));
    }

    @Test
    void controlCharactersAreDecodedFromTheirEscapes() {
        assertThat(event("{\"type\": \"content_delta\", \"delta\": \"\\b\\f\\n\\r\\t\\u0000\\u001f\"}"))
                .isEqualTo(new Delta("\b\f\n\r\t\0\u001f"));
    }

    @Test
    void aLoneSurrogateEscapeIsKeptAsItsUnit() {
        assertThat(event("{\"type\": \"content_delta\", \"delta\": \"<\\ud83d\"}"))
                .isEqualTo(new Delta("<\ud83d"));
        assertThat(event("{\"delta\": \"\\ude00>\", \"type\": \"content_delta\"}"))
                .isEqualTo(new Delta("\ude00>"));
    }

    @Test
    void invalidUtf8BecomesReplacementCharactersOneForEachMaximalPart() {
        byte[] data =
                latin1("{\"type\": \"content_delta\", \"delta\": \"a\u00E2\u0082b\u00FF\u00ED\u00A0\u0080\u00C3\"}");

        assertThat(decode(data).result()).isEqualTo(new Delta("a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"));
    }

    @Test
    void invalidUtf8InANameOrInAnUnknownFieldIsNoFailure() {
        byte[] data = latin1("{\"\u00FF\":\"\u00C0\u0080\",\"type\":\"ping\"}");

        assertThat(decode(data).result())
                .isEqualTo(new Unknown("ping", "{\"\uFFFD\":\"\uFFFD\uFFFD\",\"type\":\"ping\"}"));
    }

    @Test
    void aLoneSurrogateEscapeInTheNameOfAnUnknownFieldIsNoFailure() {
        String json = "{\"\\ud83d\":1,\"a\\uDE00\" :{\"\\udbff\\udbff\":[]},\"type\":\"content_delta\","
                + "\"\\\\ud83d\":0,\"delta\":\"\\ud83d:\"}";

        assertThat(event(json)).isEqualTo(new Delta("\ud83d:"));
    }

    @Test
    void longTextIsDecodedWhole() {
        String text = "lorem ipsum ".repeat(50_000);

        assertThat(event("{\"type\": \"content_delta\", \"delta\": \"" + text + "\"}"))
                .isEqualTo(new Delta(text));
        assertThat(event("{\"type\": \"content_delta\", \"delta\": \"" + text + "é\"}"))
                .isEqualTo(new Delta(text + "é"));
    }

    @Test
    void endHasItsBillingExactly() {
        End end = end("{\"type\":\"generation_end\",\"id\":\"g\",\"tokens_used\":9007199254740993,"
                + "\"balance_remaining\":-0.10}");

        assertThat(end.id()).isEqualTo("g");
        assertThat(end.billing().creditsUsed()).isEqualTo(new BigDecimal("9007199254740993"));
        assertThat(end.billing().balanceRemaining()).isEqualTo(new BigDecimal("-0.10"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`\"tokens_used\":3`, 3",
                "`\"tokens_spent\":40`, 40",
                "`\"tokens_used\":3,\"tokens_spent\":40`, 3",
                "`\"tokens_spent\":40,\"tokens_used\":3`, 3",
                "`\"tokens_used\":\"3\",\"tokens_spent\":40`, 40",
                "`\"tokens_used\":1,\"tokens_used\":3`, 3",
                "`\"tokens_used\":1e3`, 1000"
            })
    void tokensSpentStandsForAbsentTokensUsed(String fields, BigDecimal credits) {
        assertThat(end("{\"type\":\"generation_end\"," + fields + "}").billing())
                .isEqualTo(Billing.of(credits, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"3\"", "null", "true", "[3]", "{\"a\":3}"})
    void aFigureOfAnotherKindIsAbsent(String figure) {
        End end = end(
                "{\"type\":\"generation_end\",\"tokens_used\":" + figure + ",\"balance_remaining\":" + figure + "}");

        assertThat(end.billing()).isEqualTo(Billing.of(null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e65",
                "1e-65",
                "1e2147483648",
                "1e-2147483648",
                "1E99999999999999999999",
                "0e999999999",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void aFigureBeyondReasonIsAbsent(String figure) {
        assertThat(end("{\"type\":\"generation_end\",\"tokens_used\":" + figure + "}")
                        .billing())
                .isEqualTo(Billing.of(null, null));
    }

    @Test
    void aFigureOfAMillionDigitsIsAbsentAndCostsLittle() {
        String digits = "9".repeat(1_000_000);

        assertThat(end("{\"type\":\"generation_end\",\"tokens_used\":" + digits + "}")
                        .billing())
                .isEqualTo(Billing.of(null, null));
    }

    @Test
    void aFigureOfSixtyFourDigitsIsExact() {
        String digits = "8".repeat(64);

        assertThat(end("{\"type\":\"generation_end\",\"tokens_used\":" + digits + "}")
                        .billing())
                .isEqualTo(Billing.of(new BigDecimal(digits), null));
    }

    @Test
    void errorHasItsCodeMessageDetailsAndWait() {
        String json = "{\"type\":\"error\",\"message\":\"m\",\"code\":\"provider_error\",\"error\":\"e\","
                + "\"details\": {\"a\": [1, \"}\"]} ,\"retry_after\":1.5}";

        assertThat(error(json))
                .usingRecursiveComparison()
                .isEqualTo(
                        new ServiceError("provider_error", "m", "{\"a\": [1, \"}\"]}", Duration.ofMillis(1500), json));
    }

    @Test
    void theCodeOfAnErrorMayStandInItsErrorField() {
        assertThat(error("{\"type\":\"error\",\"error\":\"overloaded\"}").code())
                .isEqualTo("overloaded");
        assertThat(error("{\"type\":\"error\",\"error\":{\"code\":503,\"message\":\"m\"}}"))
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly("503", "m");
    }

    @Test
    void anErrorNeedsNothingButItsType() {
        String json = "{\"type\":\"error\",\"message\":[],\"code\":{}}";

        assertThat(error(json)).isEqualTo(new ServiceError(null, null, null, null, json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "CONTENT_DELTA", "Error", "", "content_delta ", "reasoning_delta"})
    void anyOtherTypeIsUnknownLiterally(String type) {
        String json = "{\"type\":\"" + type + "\",\"delta\":\"x\"}";

        assertThat(event(json)).isEqualTo(new Unknown(type, json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", " \t\r\n "})
    void emptyDataIsAKeepAlive(String data) {
        assertThat(decode(data)).isEqualTo(new Decoded(Signal.KEEP_ALIVE, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[DONE]", " [DONE]", "[DONE]\n"})
    void doneIsDone(String data) {
        assertThat(decode(data)).isEqualTo(new Decoded(Signal.DONE, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstream connect error",
                "[done]",
                "[DONE",
                "null",
                "\"type\"",
                "[{\"type\":\"ping\"}]",
                "\uFEFF{\"type\":\"ping\"}",
                "\u00A0{\"type\":\"ping\"}",
                "{\"type\":\"ping\"",
                "{\"type\":\"ping\"}}",
                "{\"type\":\"ping\"}{\"type\":\"ping\"}",
                "{\"type\":\"ping\"} x",
                "{\"type\":\"ping\",}",
                "{'type':'ping'}",
                "{type:\"ping\"}",
                "{\"type\":\"ping\"/* c */}",
                "{\"type\":\"ping\",\"n\":NaN}",
                "{\"type\":\"ping\",\"n\":-Infinity}",
                "{\"type\":\"ping\",\"n\":01}",
                "{\"type\":\"ping\",\"n\":+1}",
                "{\"type\":\"ping\",\"n\":1.}",
                "{\"type\":\"ping\",\"n\":.5}",
                "{\"type\":\"ping\",\"n\":[1,]}",
                "{\"type\":\"ping\",\"n\":\"\u001B\"}",
                "{\"type\":\"ping\",\"n\":\"\\x\"}",
                "{\"type\":\"ping\",\"n\":\"\\u12\"}",
                "{\"type\":\"ping\",\"n\":[}",
                "{\"type\": \"content_delta\", \"delta\": \"\u001B[1m\"}",
                "{\"type\": \"content_delta\", \"delta\": \"tab\there\"}",
                "{\"type\": \"content_delta\", \"delta\": \"\\\"}",
                "{\"type\": \"content_delta\", \"delta\": \"\\uD83\"}",
                "{\"type\": \"content_delta\", \"delta\": \"a\"b\"}"
            })
    void whatIsNoObjectOfStrictJsonIsMalformed(String data) {
        assertThat(decode(data).isMalformed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"delta\":\"a\"}",
                "{\"type\":null}",
                "{\"type\":[\"ping\"]}",
                "{\"type\":\"ping\",\"type\":1}",
                "{\"type\":\"content_delta\"}",
                "{\"type\":\"content_delta\",\"delta\":null}",
                "{\"type\":\"content_delta\",\"delta\":1}",
                "{\"type\":\"content_delta\",\"delta\":{\"text\":\"a\"}}",
                "{\"type\":\"content_delta\",\"delta\":\"a\",\"delta\":true}"
            })
    void anObjectWithoutTypeOrADeltaWithoutTextIsMalformed(String data) {
        assertThat(decode(data).isMalformed()).isTrue();
    }

    @Test
    void theFailureSaysWhereAndNothingOfTheContent() {
        assertThatThrownBy(() -> new EventDecoder().decode(utf8("  {\"type\":\"ping\",secret}"), 2, 22))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("not valid JSON at byte 16")
                .hasNoCause();
    }

    @Test
    void theNextEventAfterAFailureIsDecoded() {
        EventDecoder decoder = EventDecoder.withoutFastPath();
        Decoded.by(decoder, "{\"type\":\"generation_start\",\"id\":[[");

        assertThat(Decoded.by(decoder, "{\"type\":\"ping\"}").result())
                .isEqualTo(new Unknown("ping", "{\"type\":\"ping\"}"));
    }

    @Test
    void theNextEventAfterAManyTimesUsedParserIsDecoded() {
        EventDecoder decoder = EventDecoder.withoutFastPath();
        for (int i = 0; i < 100_000; i++) {
            Decoded.by(decoder, "{\"type\":\"content_delta\",\"delta\":\"a\",\"name" + i + "\":0}");
        }

        assertThat(Decoded.by(decoder, "{\"type\":\"ping\",\"x\":1,}").result()).isEqualTo("not valid JSON at byte 22");
    }

    @Test
    void nestingOfAMillionLevelsIsPassedOver() {
        String nested = "[".repeat(1_000_000) + "]".repeat(1_000_000);

        assertThat(event("{\"type\":\"content_delta\",\"trace\":" + nested + ",\"delta\":\"x\"}"))
                .isEqualTo(new Delta("x"));
    }

    @Test
    void nestingThatNeverClosesIsMalformed() {
        assertThat(decode("{\"type\":\"content_delta\",\"delta\":\"x\",\"trace\":" + "{\"a\":".repeat(500_000))
                        .isMalformed())
                .isTrue();
    }

    @Test
    void anUnknownFieldMayHaveAHundredThousandNamesOfItsOwn() {
        StringBuilder names = new StringBuilder("{\"type\":\"ping\",\"x\":{\"n\":0");
        for (int i = 0; i < 100_000; i++) {
            names.append(",\"name").append(i).append("\":0");
        }

        assertThat(event(names.append("}}").toString())).isInstanceOf(Unknown.class);
    }

    @Test
    void aNameOfMegabytesIsPassedOver() {
        assertThat(event("{\"type\":\"content_delta\",\"" + "n".repeat(3 << 20) + "\":0,\"delta\":\"x\"}"))
                .isEqualTo(new Delta("x"));
    }

    @Test
    void anErrorIsThereOnlyAfterItsSignal() throws Exception {
        EventDecoder decoder = new EventDecoder();
        decoder.decode(utf8("{\"type\":\"ping\"}"), 0, 15);
        decoder.decode(utf8("[DONE]"), 0, 6);

        assertThatThrownBy(decoder::error).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"generation_start\",\"id\":\"g\"}",
                "{\"type\":\"generation_end\"}",
                "{\"type\":\"error\"}",
                "[DONE]"
            })
    void afterAnEventThatComesOnceNoParserIsHeld(String data) {
        EventDecoder decoder = new EventDecoder();
        Decoded.by(decoder, "{\"type\":\"ping\"}");
        assertThat(decoder.holdsParser()).isTrue();

        Decoded.by(decoder, data);

        assertThat(decoder.holdsParser()).isFalse();
    }

    @Test
    void afterARunOfUsualDeltasNoParserIsHeld() {
        EventDecoder decoder = new EventDecoder();
        Decoded.by(decoder, "{\"type\":\"ping\"}");
        for (int i = 0; i < 16; i++) {
            assertThat(decoder.holdsParser()).isTrue();
            Decoded.by(decoder, "{\"type\":\"content_delta\",\"delta\":\"x\"}");
        }

        assertThat(decoder.holdsParser()).isFalse();
    }

    @Test
    void afterALargeEventNoParserIsHeld() {
        EventDecoder decoder = new EventDecoder();

        Decoded.by(decoder, "{\"type\":\"ping\",\"x\":\"" + "x".repeat(20_000) + "\"}");

        assertThat(decoder.holdsParser()).isFalse();
    }

    private static Start start(String json) {
        return (Start) event(json);
    }

    private static End end(String json) {
        return (End) event(json);
    }

    private static Object event(String json) {
        Decoded decoded = decode(json);
        assertThat(decoded.isEvent()).isTrue();
        return decoded.result();
    }

    private static ServiceError error(String json) {
        return (ServiceError) decode(json).result();
    }

    private static Decoded decode(String data) {
        return decode(utf8(data));
    }

    /** Decodes on both paths, which have to agree. */
    private static Decoded decode(byte[] data) {
        Decoded decoded = Decoded.by(new EventDecoder(), data);
        assertThat(Decoded.by(EventDecoder.withoutFastPath(), data)).isEqualTo(decoded);
        return decoded;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String bytes) {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }
}
