package top.neuralbox.testkit.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlankTextTest {

    private static final String STREAM = ": from db7\n"
            + "data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\", \"x\": {\"y\": [\"a\", \"b\"]}}\n\n"
            + "data: {\"type\": \"content_delta\", \"delta\": \"Ä\\n\\u00e9\\\"q\\\"\"}\n\n"
            + "data: {\"type\": \"generation_end\", \"tokens_used\": 3}\n\n"
            + "data: [DONE]\n\n";
    private static final String BLANK = ":xxxxx xxx\n".replace("xxxxx ", " xxxx ")
            + "data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\", \"x\": {\"y\": [\"x\", \"x\"]}}\n\n"
            + "data: {\"type\": \"content_delta\", \"delta\": \"xx\\n\\u0078\\\"x\\\"\"}\n\n"
            + "data: {\"type\": \"generation_end\", \"tokens_used\": 3}\n\n"
            + "data: [DONE]\n\n";

    @Test
    void onlyTypesIdsAndModelsKeepTheirText() {
        assertThat(blank(200, "text/event-stream", STREAM)).isEqualTo(BLANK);
    }

    @Test
    void itMakesNoDifferenceHowTheBytesAreCut() {
        byte[] bytes = STREAM.getBytes(UTF_8);
        for (int cut = 1; cut < bytes.length; cut++) {
            BlankText blank = new BlankText(200, "text/event-stream");
            byte[] one = blank.blank(Arrays.copyOf(bytes, cut));
            byte[] two = blank.blank(Arrays.copyOfRange(bytes, cut, bytes.length));

            assertThat(new String(one, UTF_8) + new String(two, UTF_8))
                    .as("cut at " + cut)
                    .isEqualTo(BLANK);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            200 | application/json | {"content": "hi", "error": "no"} | {"content": "xx", "error": "xx"}
            429 | application/json | {"error": "rate_limit", "message": "you"} | {"error": "rate_limit", "message": "xxx"}
            200 | application/json | [["a", "b"], "c"] | [["x", "x"], "x"]
            502 | text/html | <p>at db7</p> | xxxxx xxxxxxx
            200 | application/json | "hi" | "xx"
            200 | application/json | hi true {"n": -1.5e3, "b": true, "c": oh} | xx true {"n": -1.5e3, "b": true, "c": xx}
            200 | text/event-stream | data: my pin 1234 | data: xx xxx xxxx
            200 | text/event-stream | event: secret | event: xxxxxx
            """)
    void otherContentIsBlankToo(int status, String type, String text, String expected) {
        assertThat(blank(status, type, text)).isEqualTo(expected);
    }

    @Test
    void eventOfSeveralLinesKeepsItsNames() {
        assertThat(blank(200, "text/event-stream", "data: {\"type\": \"x\",\r\ndata: \"delta\": \"ab\"}\r\n\r\n"))
                .isEqualTo("data: {\"type\": \"x\",\r\ndata: \"delta\": \"xx\"}\r\n\r\n");
    }

    @Test
    void textBehindARawLineEndIsBlank() {
        assertThat(blank(200, "application/json", "{\"content\": \"my\nword\"}"))
                .isEqualTo("{\"content\": \"xx\nxxxx\"x");
    }

    @Test
    void eventThatBreaksOffDoesNotUncoverTheNext() {
        assertThat(blank(200, "text/event-stream", "data: {\"delta\": [\"ab\n\ndata: {\"delta\": \"cd\"}\n\n"))
                .isEqualTo("data: {\"delta\": [\"xx\n\ndata: {\"delta\": \"xx\"}\n\n");
    }

    private static String blank(int status, String type, String text) {
        return new String(new BlankText(status, type).blank(text.getBytes(UTF_8)), UTF_8);
    }
}
