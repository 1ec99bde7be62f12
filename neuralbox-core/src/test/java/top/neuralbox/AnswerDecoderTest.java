package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.json.MalformedJsonException;

class AnswerDecoderTest {

    @Test
    void aTextAnswerIsReadInTheFirstSpelling() throws Exception {
        String body = "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5\", \"content\": \"Hi\", "
                + "\"tokens_used\": 3, \"balance_remaining\": 296.5, \"usage\": {}, "
                + "\"created_at\": \"2026-03-08T12:00:00Z\"}";

        assertThat(decode(body))
                .isEqualTo(new Answer(
                        "gen_1",
                        "completed",
                        "gpt-5",
                        "Hi",
                        null,
                        null,
                        null,
                        new ServiceError(null, null, null, null, body),
                        false,
                        Billing.of(new BigDecimal("3"), new BigDecimal("296.5")),
                        true,
                        null,
                        null,
                        body));
    }

    @Test
    void aTextAnswerIsReadInTheSecondSpelling() throws Exception {
        String body = "{\"id\": 18473, \"status\": \"completed\", \"model_slug\": \"m\", \"result_text\": \"Hi\", "
                + "\"result_url\": null, \"thumbnail_url\": null, \"error\": null, \"tokens_spent\": 3, "
                + "\"processing_ms\": 1842, \"result_metadata\": null}";

        assertThat(decode(body))
                .isEqualTo(new Answer(
                        "18473",
                        "completed",
                        "m",
                        "Hi",
                        null,
                        null,
                        null,
                        new ServiceError(null, null, null, null, body),
                        false,
                        Billing.of(new BigDecimal("3"), null),
                        true,
                        null,
                        null,
                        body));
    }

    @Test
    void aMediaAnswerHasItsUrlsInEitherSpelling() throws Exception {
        assertThat(decode("{\"result_url\":\"https://a/1\",\"thumbnail_url\":\"https://a/2\"}"))
                .extracting(Answer::url, Answer::thumbnailUrl)
                .containsExactly("https://a/1", "https://a/2");
        assertThat(decode("{\"url\":\"https://a/3\",\"result_url\":null}").url())
                .isEqualTo("https://a/3");
    }

    @Test
    void aPendingAnswerHasItsProgress() throws Exception {
        assertThat(decode("{\"id\":\"g\",\"status\":\"pending\",\"progress\":12.5,\"eta_seconds\":40}"))
                .extracting(Answer::status, Answer::progress, Answer::etaSeconds)
                .containsExactly("pending", new BigDecimal("12.5"), new BigDecimal("40"));
    }

    @Test
    void aFailedAnswerHasItsError() throws Exception {
        assertThat(decode("{\"status\":\"failed\",\"error\":\"no luck\"}").error())
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly(null, "no luck");
        assertThat(decode("{\"status\":\"failed\",\"error\":{\"code\":\"c\",\"message\":\"m\"}}")
                        .error())
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly("c", "m");
        assertThat(decode("{\"status\":\"failed\",\"error\":\"c\",\"message\":\"m\",\"retry_after\":3}")
                        .error())
                .extracting(ServiceError::code, ServiceError::message, ServiceError::retryAfter)
                .containsExactly("c", "m", Duration.ofSeconds(3));
        assertThat(decode("{\"status\":\"failed\",\"error\":{\"code\":\"c\"},\"id\":\"g\"}"))
                .extracting(answer -> answer.error().code(), Answer::id)
                .containsExactly("c", "g");
    }

    @Test
    void ofAnErrorWithoutStatusAWordIsTheCodeToo() throws Exception {
        assertThat(decode("{\"error\":\"overloaded\"}").error())
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly("overloaded", "overloaded");
        assertThat(decode("{\"error\":\"gave up\"}").error())
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly(null, "gave up");
        assertThat(decode("{\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}")
                        .error())
                .extracting(ServiceError::code, ServiceError::message)
                .containsExactly("overloaded_error", "m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "\"x\"", "[]", "{}", "\"\""})
    void anErrorThatIsNotNullIsThere(String error) throws Exception {
        assertThat(decode("{\"error\":" + error + "}").hasError()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "false"})
    void anErrorThatIsNoneIsNotThere(String error) throws Exception {
        assertThat(decode("{\"error\":" + error + "}").hasError()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "0.01", "-1", "1e400", "\"7\"", "{}", "true"})
    void aCostThatIsNotSurelyZeroMayBeOne(String tokens) throws Exception {
        assertThat(decode("{\"tokens_used\":" + tokens + "}").mayHaveCost()).isTrue();
        assertThat(decode("{\"tokens_used\":0,\"tokens_spent\":" + tokens + "}").mayHaveCost())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.000", "null", "-0"})
    void aCostOfZeroIsNone(String tokens) throws Exception {
        assertThat(decode("{\"tokens_used\":" + tokens + "}").mayHaveCost()).isFalse();
    }

    @Test
    void anEmptyFieldMayStandForNone() throws Exception {
        assertThat(decode("{\"content\":\"Hi\",\"url\":\"\",\"thumbnail_url\":\"\"}"))
                .extracting(Answer::text, Answer::url, Answer::thumbnailUrl)
                .containsExactly("Hi", null, null);
        assertThat(decode("{\"content\":\"\",\"result_text\":\"Hi\"}").text()).isEqualTo("Hi");
        assertThat(decode("{\"url\":\"\",\"result_url\":\"https://a/1\"}").url())
                .isEqualTo("https://a/1");
    }

    @Test
    void theFirstNameOfAFieldCountsBeforeTheSecond() throws Exception {
        assertThat(decode("{\"result_text\":\"b\",\"content\":\"a\",\"model_slug\":\"b\",\"model\":\"a\","
                        + "\"result_url\":\"b\",\"url\":\"a\",\"tokens_spent\":2,\"tokens_used\":1}"))
                .extracting(Answer::text, Answer::model, Answer::url, Answer::billing)
                .containsExactly("a", "a", "a", Billing.of(BigDecimal.ONE, null));
    }

    @Test
    void fieldsOfAnotherKindAreUnknown() throws Exception {
        String body = "{\"id\":1.5,\"status\":{},\"model\":[],\"content\":7,\"url\":true,\"thumbnail_url\":1,"
                + "\"error\":[1],\"tokens_used\":\"3\",\"balance_remaining\":{},\"progress\":\"10%\",\"eta_seconds\":[]}";

        assertThat(decode(body))
                .isEqualTo(new Answer(
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        new ServiceError(null, null, null, null, body),
                        true,
                        Billing.of(null, null),
                        true,
                        null,
                        null,
                        body));
    }

    @Test
    void aByteOrderMarkIsPassedOver() throws Exception {
        assertThat(decode("\uFEFF{\"content\":\"Hi\"}").text()).isEqualTo("Hi");
    }

    @Test
    void theTextIsNoPartOfTheToString() throws Exception {
        assertThat(decode("{\"id\":\"g\",\"content\":\"private\"}").toString()).doesNotContain("private");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "null", "<html>", "{\"id\":1", "{}x", "{'id':1}"})
    void whatIsNoJsonObjectIsMalformed(String body) {
        assertThatThrownBy(() -> decode(body)).isInstanceOf(MalformedJsonException.class);
    }

    @Property(tries = 5_000)
    void anyBodyIsAnAnswerIfAndOnlyIfItIsAnObjectOfStrictJson(@ForAll("bodies") byte[] body) {
        boolean answered;
        try {
            answered = AnswerDecoder.decode(body, text -> text) != null;
        } catch (MalformedJsonException e) {
            answered = false;
        }

        String text = new String(body, StandardCharsets.UTF_8);
        assertThat(answered).isEqualTo(StrictJson.isObject(text.startsWith("\uFEFF") ? text.substring(1) : text));
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        return HostileEvents.any()
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("\"type\"", "\"error\"")
                        .replace("delta", "content")
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Answer decode(String body) throws MalformedJsonException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return AnswerDecoder.decode(bytes, text -> text);
    }
}
