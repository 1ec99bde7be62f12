package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.bytes.Utf8;

class RequestEncoderTest {

    @Test
    void aPromptIsSentAsTheDocumentationShowsIt() {
        assertThat(text(GenerationRequest.of("gpt-5", "Write a short story")))
                .isEqualTo(
                        "{\"model\":\"gpt-5\",\"messages\":[{\"role\":\"user\",\"content\":\"Write a short story\"}],"
                                + "\"stream\":true}");
    }

    @Test
    void everythingThatIsSetIsSent() throws IOException {
        GenerationRequest request = GenerationRequest.builder()
                .assistantId("as_1")
                .message(Message.assistant("before"))
                .message(Message.user("now"))
                .system("Be brief.")
                .temperature(0.7)
                .maxTokens(100)
                .bodyField("top_p", 0.9)
                .modelParam("list", Arrays.asList("a", 1, null, List.of(), Map.of()))
                .modelParam("none", null)
                .bodyField("seed", null)
                .bodyField("echo", false)
                .build();

        Map<String, Object> body = parsed(request);

        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("assistant_id", "as_1");
        expected.put(
                "messages",
                List.of(Map.of("role", "assistant", "content", "before"), Map.of("role", "user", "content", "now")));
        expected.put("system", "Be brief.");
        expected.put("temperature", new BigDecimal("0.7"));
        expected.put("max_tokens", new BigDecimal("100"));
        expected.put("top_p", new BigDecimal("0.9"));
        Map<String, Object> sent = new LinkedHashMap<>();
        sent.put("list", Arrays.asList("a", BigDecimal.ONE, null, List.of(), Map.of()));
        sent.put("none", null);
        expected.put("params", sent);
        expected.put("seed", null);
        expected.put("echo", false);
        expected.put("stream", true);
        assertThat(body).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "296.50, 296.50",
        "9007199254740993, 9007199254740993",
        "1E+3, 1000",
        "1E-7, 0.0000001",
        "1E+1000000, 1E+1000000",
        "1E-1000000, 1E-1000000"
    })
    void aNumberIsWrittenExactly(BigDecimal number, String written) {
        GenerationRequest request = GenerationRequest.builder()
                .model("m")
                .message(Message.user("p"))
                .bodyField("n", number)
                .build();

        assertThat(text(request)).contains("\"n\":" + written + ",");
    }

    @Test
    void aLoneSurrogateIsWrittenAsAnEscape() {
        assertThat(text(GenerationRequest.of("m", "a\ud83db\ude00"))).containsIgnoringCase("\"a\\ud83db\\ude00\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "x\ud83d", "\0\u001f\"\\/\u2028", "😀é語"})
    void anyTextComesBackAsItWas(String text) throws IOException {
        assertRoundTrip(text);
        assertRoundTrip("a long text before it, longer than any buffer ".repeat(500) + text + "z".repeat(9_000));
    }

    @Property(tries = 1_000)
    void anyTextOfAnyUnitsComesBackAsItWas(@ForAll char[] units) throws IOException {
        assertRoundTrip(new String(units));
    }

    @Test
    void theBodyIsWellFormedUtf8() {
        byte[] body = RequestEncoder.encode(GenerationRequest.of("m", "é語😀\ud83d"), true);

        assertThat(Utf8.isWellFormed(body, 0, body.length)).isTrue();
        assertThat(new String(body, StandardCharsets.UTF_8)).contains("é語");
    }

    private static void assertRoundTrip(String text) throws IOException {
        GenerationRequest request = GenerationRequest.builder()
                .model("m")
                .message(new Message("user", text))
                .bodyField("p", Map.of("key", text))
                .build();

        Map<String, Object> body = parsed(request);

        assertThat(body)
                .containsEntry("messages", List.of(Map.of("role", "user", "content", text)))
                .containsEntry("p", Map.of("key", text));
    }

    private static String text(GenerationRequest request) {
        return new String(RequestEncoder.encode(request, true), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parsed(GenerationRequest request) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(RequestEncoder.encode(request, true))) {
            parser.nextToken();
            Map<String, Object> body = (Map<String, Object>) value(parser);
            assertThat(parser.nextToken()).isNull();
            return body;
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT:
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    assertThat(map).doesNotContainKey(name);
                    map.put(name, value(parser));
                }
                return map;
            case START_ARRAY:
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                return list;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
                return parser.getDecimalValue();
            case VALUE_TRUE, VALUE_FALSE:
                return parser.getBooleanValue();
            case VALUE_NULL:
                return null;
            default:
                return parser.getText();
        }
    }
}
